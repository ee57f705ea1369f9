"""What opens."""

from .case import CONTEXT, KEY, opens, OTHER_KEY, padded, STRANGER, WORDS
from .sealing import b64, Bytes, fixed, local, passphrase


def good():
    opens(
        "minimal",
        "nothing optional, every intermediate value given",
        ["F-1", "F-2", "F-18", "F-30"],
        steps=True,
    )
    opens(
        "everything",
        "every member of the header, with the context configured",
        ["F-14", "F-25"],
        context=CONTEXT,
        asked={"context": CONTEXT},
        by="ann@example.com",
        comment="rotated",
        expires="2026-01-01T00:00:00.000Z",
        tags={"owner": "db", "ticket": "OPS-7"},
    )
    opens(
        "context-not-configured",
        "without a configured context any context opens",
        ["F-25", "F-40"],
        context=CONTEXT,
    )
    opens("value-empty", "an empty value is a value", ["F-4", "F-33"], value=b"")
    opens("value-binary", "every byte value", ["F-33"], value=bytes(range(256)))
    opens("value-newlines", "a value's newlines, CR and BOM stay", ["F-33"], value=b"\xef\xbb\xbfa\r\nb\n\n")
    opens(
        "value-at-maximum",
        "a value of exactly the configured maximum",
        ["F-4"],
        value=b"x" * 64,
        asked={"maxValueBytes": 64},
    )
    opens("value-256-kib", "the default maximum", ["F-4"], value=Bytes("256 KiB")(262144))
    opens(
        "name-unicode",
        "a name beyond ASCII, not normalised",
        ["F-12", "F-16"],
        name="caf\u0065\u0301/пароль/\U0001f511",
    )
    opens("name-512-bytes", "the longest name of a new secret", ["F-16"], name="n" * 512)
    opens("name-quotes", "a name that JSON escapes", ["F-11"], name='a"b\\c/d')
    opens(
        "text-unicode",
        "context, comment, author and tags beyond ASCII",
        ["F-12", "F-47"],
        context={"région": "eu-ouest", "\U0001f511": "ключ"},
        by="Zoë",
        comment="naïve — \u202eبدل \U0001f600",
        tags={"größe": "10 €"},
    )
    opens(
        "text-escapes",
        "every character that canonical JSON escapes, and neighbours that it does not",
        ["F-11"],
        comment="".join(map(chr, range(0x20))) + '"\\/\x7f\x80\u2028\u2029\ufeff',
    )
    opens(
        "order-utf16",
        "members sort by UTF-16 code units, not by code points",
        ["F-11"],
        tags={"\uff61": "1", "\U0001f600": "2", "z": "3"},
    )
    opens(
        "context-order",
        "the AAD of a local key sorts the context by UTF-8",
        ["F-47"],
        context={"\uff61": "1", "\U0001f600": "2", "z": "3", "a": "4"},
    )
    opens(
        "tag-proto",
        "__proto__ is a tag like any other",
        ["F-13"],
        tags={"__proto__": "x", "constructor": "y"},
    )
    opens(
        "context-proto",
        "__proto__ is a context name like any other",
        ["F-13", "F-25"],
        context={"__proto__": "x", "toString": "y"},
        asked={"context": {"__proto__": "x", "toString": "y"}},
    )
    opens("tags-none", "an empty map of tags", ["F-28"], tags={})
    opens("tags-50", "as many tags as there may be", ["F-28"], tags={f"t{i}": str(i) for i in range(50)})
    opens(
        "context-16-pairs",
        "as many pairs as there may be",
        ["F-23"],
        context={f"k{i}": "v" for i in range(16)},
    )
    opens(
        "context-4096-bytes", "as large a context as there may be", ["F-23"], context={"k": "é" * 2047 + "x"}
    )
    opens("by-256-bytes", "as long an author as there may be", ["F-27"], by="é" * 128)
    opens("comment-4096-bytes", "as long a comment as there may be", ["F-27"], comment="é" * 2048)
    opens("header-16384-bytes", "as long a header as there may be", ["F-10"], header=padded(16384))
    opens("version-1", "the first version", ["F-17"], version="1")
    opens("version-maximum", "the greatest version", ["F-17"], version="9007199254740991")
    opens("created-leap-day", "29 February of a leap year", ["F-26"], created="2024-02-29T23:59:59.999Z")
    opens(
        "expires-past",
        "an expiry that has passed does not matter to reading",
        ["F-26"],
        expires="1999-12-31T00:00:00.000Z",
    )
    opens(
        "recipients-second",
        "the second of three recipients opens it",
        ["F-41", "F-43"],
        recipients=[local(OTHER_KEY), local(KEY), fixed("aws-kms", STRANGER, "AQIDAHg=")],
    )
    opens(
        "recipients-eight",
        "as many recipients as there may be; the last opens it",
        ["F-21", "F-43"],
        recipients=[*[fixed("aws-kms", STRANGER, b64(bytes([i]) * 184)) for i in range(7)], local(KEY)],
    )
    opens(
        "recipient-unknown-provider",
        "an unknown provider is passed over",
        ["F-44"],
        recipients=[fixed("vault", "transit/app", "dmF1bHQ="), local(KEY)],
    )
    opens(
        "recipient-wrapped-2048-bytes",
        "as long a wrapped key as there may be",
        ["F-22"],
        recipients=[fixed("vault", "transit/app", b64(b"w" * 2048)), local(KEY)],
    )
    opens(
        "recipient-hint-wrong",
        "a recipient's id is only a hint",
        ["F-42"],
        recipients=[local(KEY, key_id="00" * 16)],
    )
    opens(
        "passphrase",
        "a passphrase, with the parameters that are written",
        ["F-49", "F-50"],
        recipients=[passphrase(WORDS, 17)],
        words=WORDS,
    )
    opens(
        "passphrase-least",
        "the least parameters that are read",
        ["F-50"],
        recipients=[passphrase(WORDS, 15)],
        words=WORDS,
    )
    opens(
        "passphrase-p-4",
        "the greatest p that is read",
        ["F-50"],
        recipients=[passphrase(WORDS, 15, p=4)],
        words=WORDS,
    )
    opens(
        "passphrase-unicode",
        "a passphrase beyond ASCII, not normalised",
        ["F-12"],
        recipients=[passphrase("пасс\u0065\u0301 ☃")],
        words="пасс\u0065\u0301 ☃",
    )
    opens(
        "passphrase-or-local",
        "a record for a local key and a passphrase, opened by the passphrase",
        ["F-41"],
        recipients=[local(KEY), passphrase(WORDS)],
        words=WORDS,
    )
