"""How a case is written: one thing is bent, and the independent reader agrees."""

from .reading import Reader, Refused
from .sealing import Bytes, b64, canonical, local, seal

KEY, OTHER_KEY = Bytes("local key")(32), Bytes("other local key")(32)
STRANGER = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WORDS = "correct horse battery staple"
NAME, VERSION = "prod/db_credentials", "7"
CONTEXT = {"env": "prod", "store": "0b5ea5c9"}

files = {}


def write(file, case):
    assert file not in files, file
    files[file] = case


def case(
    file,
    title,
    must,
    *,
    recipients=None,
    asked=None,
    key=KEY,
    words=None,
    edit=lambda r: r,
    plan=None,
    steps=False,
    **o,
):
    """One file. Options of `seal` pass through; `asked` is what the reader is asked and configured with;
    `edit` bends the finished record; `plan` is `code`, and whether the case is sure to open without the
    requirements that it names."""
    name, version = o.get("name", NAME), o.get("version", VERSION)
    value = o.setdefault("value", b"s3cr3t")
    record, derived = seal(Bytes(file), recipients or [local(KEY)], **o)
    out = {"title": title, "must": must}
    out.update({"passphrase": words} if words else {"keyHex": key.hex()})
    out.update({"name": name, "version": version, **(asked or {}), "record": edit(record)})
    if plan is None:
        out["expect"] = "open"
        out["plaintextB64"] = b64(value)
    else:
        out.update({"expect": "refuse", "code": plan[0]})
    if steps:
        out["steps"] = derived
    check(file, out, value, plan is None or plan[1])
    write(file, out)


def opens(file, title, must, **o):
    case(f"open-{file}", title, must, **o)


def fails(file, title, *must, code="ERR_INTEGRITY", sure=True, **o):
    """A record that is right in all things but one."""
    case(f"fail-{file}", title, list(must), plan=(code, sure), **o)


def check(file, out, value, sure):
    """By the independent reader: it opens, or one requirement refuses it and without that it opens."""
    try:
        got = Reader(out).read()
        assert out["expect"] == "open" and got == value, f"{file} opens"
        return
    except Refused as e:
        assert out["expect"] == "refuse", f"{file}: {e}"
        assert (e.code, e.rule in out["must"]) == (out["code"], True), f"{file}: {e}"
    if sure:
        got = Reader(out, without=out["must"]).read()
        assert got == value or file == "fail-two-keys-one-record", f"{file} opens to something else"


def replaced(old, new):
    def edit(text):
        assert text.count(old) == 1, (old, text)
        return text.replace(old, new)

    return edit


def flip(index):
    def edit(data):
        out = bytearray(data)
        out[index] ^= 1
        return bytes(out)

    return edit


def members(**changes):
    """Header members set, or left out where None."""
    return lambda h: {k: v for k, v in {**h, **changes}.items() if v is not None}


def fields(**changes):
    """Record fields set, or left out where None."""
    return members(**changes)


def recoded(member, change):
    """A base64 text of the header, written otherwise."""
    return lambda h: {**h, member: change(h[member])}


def loose_bits(text):
    """The same bytes to a lenient decoder: unused bits of the last character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    end = len(text.rstrip("="))
    assert end < len(text)
    return text[: end - 1] + alphabet[alphabet.index(text[end - 1]) + 1] + text[end:]


def padded(size):
    """Header members with one tag that brings the canonical text to `size` bytes."""

    def edit(h):
        empty = {**h, "tags": {"pad": ""}}
        return {**h, "tags": {"pad": "p" * (size - len(canonical(empty)))}}

    return edit


def changed(old, new):
    assert old != new
    return new


def urlsafe(text):
    return changed(text, text.replace("+", "-").replace("/", "_"))
