"""Record format 1, the writing half: docs/format.md in Python, for make.py.

Shares nothing with src/. Every step can be bent by its caller, so that a record can be made that is
right in all things but one.
"""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALG = "A256GCM-HKDF-SHA512"


class Bytes:
    """Bytes that look random and are the same in every run: SHA-256 of a label and a counter."""

    def __init__(self, label):
        self.label = label
        self.count = 0

    def __call__(self, size):
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"lazycred vector {self.label} {self.count}".encode()).digest()
            self.count += 1
        return out[:size]


def b64(data):
    return base64.b64encode(data).decode("ascii")


def utf8(text):
    return text.encode("utf-8")


def by_utf16(text):
    """RFC 8785 sorts members by UTF-16 code units; big-endian bytes compare alike."""
    return text.encode("utf-16-be", "surrogatepass")


def canonical(value, order=by_utf16):
    """RFC 8785 for what JSON holds here; other leaves than strings only for records that must fail."""
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{quoted(k)}:{canonical(value[k], order)}" for k in sorted(value, key=order))
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(canonical(v, order) for v in value) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quoted(text):
    def one(c):
        if c in SHORT:
            return SHORT[c]
        if ord(c) < 0x20 or 0xD800 <= ord(c) < 0xE000:
            return f"\\u{ord(c):04x}"
        return c

    return '"' + "".join(map(one, text)) + '"'


def hkdf(ikm, salt, info, length):
    return HKDF(algorithm=SHA512(), length=length, salt=salt, info=info).derive(ikm)


def derive(data_key, salt):
    """Encryption key, nonce, commitment."""
    okm = hkdf(data_key, salt, b"lazycred/1", 76)
    return okm[:32], okm[32:44], okm[44:76]


def effective(context, name):
    return {**context, "lazycred:name": name}


def local_id(key):
    return hmac.new(key, b"lazycred-local-id/1", hashlib.sha256).digest()[:16].hex()


def local_aad(context):
    out = b"lazycred-local/1"
    for key in sorted(context, key=utf8):
        for part in (utf8(key), utf8(context[key])):
            out += len(part).to_bytes(4, "big") + part
    return out


def wrap_body(key, data_key, context, rng, lead=b""):
    salt = rng(32)
    okm = hkdf(key, salt, b"lazycred-local/1", 44)
    return salt + AESGCM(okm[:32]).encrypt(okm[32:], data_key, lead + local_aad(context))


def local(key, *, wrap_context=None, bend=lambda wrapped: wrapped, key_id=None, aad_key=None):
    """A recipient that the local key opens. `bend` gets the wrapped bytes."""

    def make(data_key, context, rng):
        wrapped = b"\x01" + wrap_body(key, data_key, context if wrap_context is None else wrap_context, rng)
        return {"provider": "local", "id": key_id or local_id(key), "wrapped": b64(bend(wrapped))}

    return make


def scrypt(passphrase, salt, log2n, r, p):
    n = 1 << log2n
    return hashlib.scrypt(
        utf8(passphrase), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r * p + (1 << 20), dklen=32
    )


def passphrase(text, log2n=15, r=8, p=1, *, aad_lead=True, first=2, bend=lambda wrapped: wrapped):
    """A recipient that a passphrase opens."""

    def make(data_key, context, rng):
        salt = rng(16)
        lead = bytes([first, log2n, r, p]) + salt
        key = scrypt(text, salt, log2n, r, p)
        wrapped = lead + wrap_body(key, data_key, context, rng, lead if aad_lead else b"")
        return {"provider": "passphrase", "id": local_id(key), "wrapped": b64(bend(wrapped))}

    return make


def fixed(provider, key_id, wrapped):
    """A recipient of somebody else's."""
    return lambda data_key, context, rng: {"provider": provider, "id": key_id, "wrapped": wrapped}


def aad_bytes(text):
    """A header's bytes. A lone surrogate becomes what lenient encoders make of it."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def seal(
    rng,
    recipients,
    *,
    value=b"s3cr3t",
    name="prod/db_credentials",
    version="7",
    context=None,
    salt=lambda s: s,
    header=lambda h: h,
    text=lambda t: t,
    order=by_utf16,
    commit=lambda c: c,
    data=lambda d: d,
    **more,
):
    """One record, and what was derived on the way.

    `header` bends the header's members, `text` its JSON before it is authenticated (so that what is
    bent is still sealed as it stands), `data` the sealed bytes after it.
    """
    context = {} if context is None else context
    data_key = rng(32)
    salt = salt(rng(32))
    key, nonce, commitment = derive(data_key, salt)
    members = {
        "alg": ALG,
        "commit": b64(commit(commitment)),
        "context": context,
        "created": "2025-01-02T03:04:05.678Z",
        "keys": [make(data_key, effective(context, name), rng) for make in recipients],
        "name": name,
        "salt": b64(salt),
        "version": version,
        **more,
    }
    json_text = text(canonical(header(members), order))
    sealed = AESGCM(key).encrypt(nonce, value, aad_bytes(json_text))
    record = {"lazycred": "1", "header": json_text, "data": b64(data(sealed))}
    steps = {
        "dataKeyHex": data_key.hex(),
        "encryptionKeyHex": key.hex(),
        "nonceHex": nonce.hex(),
        "commitmentHex": commitment.hex(),
        "additionalDataHex": aad_bytes(json_text).hex(),
    }
    return record, steps
