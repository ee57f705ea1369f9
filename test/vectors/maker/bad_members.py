"""What fails: the header's members."""

from .case import CONTEXT, fails, flip, loose_bits, members, NAME, padded, recoded, urlsafe
from .sealing import ALG


def bad_members():
    fails("moved-name", "a record moved to another name", "F-16", asked={"name": "prod/other"})
    fails("name-case", "names differ in case", "F-16", asked={"name": "prod/DB_credentials"})
    fails(
        "name-normalised",
        "names equal only after normalisation",
        "F-16",
        "F-12",
        name="caf\u0065\u0301",
        asked={"name": "caf\u00e9"},
    )
    fails("relabelled-version", "a record moved to another version", "F-17", asked={"version": "8"})
    for file, version in {
        "zero": "0",
        "padded": "07",
        "sign": "+7",
        "negative": "-7",
        "decimal": "7.0",
        "exponent": "7e0",
        "space": " 7",
        "empty": "",
        "digits-arabic": "\u0667",
        "hexadecimal": "0x7",
        "too-great": "9007199254740992",
        "20-digits": "10000000000000000000",
    }.items():
        fails(
            f"version-{file}",
            f"the version {version!r} is not canonical decimal from 1 to 2^53 - 1",
            "F-17",
            version=version,
        )
    fails("alg-unknown", "another algorithm", "F-18", header=members(alg="A256GCM-HKDF-SHA256"))
    fails("alg-case", "the algorithm in lower case", "F-18", header=members(alg=ALG.lower()))
    fails("salt-31-bytes", "a salt that is too short", "F-19", salt=lambda s: s[:31])
    fails("salt-33-bytes", "a salt that is too long", "F-19", salt=lambda s: s + b"\0")
    fails(
        "salt-base64-noncanonical",
        "unused bits of the last character set",
        "F-3",
        header=recoded("salt", loose_bits),
    )
    fails(
        "salt-base64-urlsafe",
        "the url-safe alphabet",
        "F-3",
        salt=lambda s: b"\xfb\xff" + s[2:],
        header=recoded("salt", urlsafe),
    )
    fails("salt-base64-unpadded", "without padding", "F-3", header=recoded("salt", lambda t: t.rstrip("=")))
    fails("commitment-flipped", "one bit of the commitment, sealed as it stands", "F-31", commit=flip(0))
    fails(
        "commitment-last-bit", "the last bit of the commitment, sealed as it stands", "F-31", commit=flip(-1)
    )
    fails("commitment-31-bytes", "a commitment cut to 31 bytes", "F-20", "F-31", commit=lambda c: c[:31])
    fails("commitment-empty", "a commitment of no bytes", "F-20", "F-31", commit=lambda c: b"")
    fails(
        "commitment-base64-noncanonical",
        "unused bits of the last character set",
        "F-3",
        header=recoded("commit", loose_bits),
    )

    fails(
        "context-extra",
        "a pair more than configured",
        "F-25",
        context=CONTEXT,
        asked={"context": {"env": "prod"}},
    )
    fails(
        "context-missing",
        "a pair fewer than configured",
        "F-25",
        context={"env": "prod"},
        asked={"context": CONTEXT},
    )
    fails(
        "context-value",
        "another value than configured",
        "F-25",
        context=CONTEXT,
        asked={"context": {**CONTEXT, "env": "dev"}},
    )
    fails(
        "context-name",
        "another name than configured",
        "F-25",
        context=CONTEXT,
        asked={"context": {"Env": "prod", "store": CONTEXT["store"]}},
    )
    fails("context-none", "none where one is configured", "F-25", asked={"context": CONTEXT})
    fails(
        "context-some",
        "one where none is configured, explicitly",
        "F-25",
        context=CONTEXT,
        asked={"context": {}},
    )
    fails(
        "context-proto",
        "__proto__ where another name is configured",
        "F-25",
        context={"__proto__": "x"},
        asked={"context": {"a": "x"}},
    )
    fails("context-reserved-key", "a name that is ours", "F-24", context={"lazycred:store": "x"})
    fails(
        "context-reserved-name",
        "lazycred:name itself, with the right value",
        "F-24",
        context={"lazycred:name": NAME},
    )
    fails("context-reserved-aws", "a name that is AWS's", "F-24", context={"aws:arn": "x"})
    fails("context-17-pairs", "a pair too many", "F-23", context={f"k{i}": "v" for i in range(17)})
    fails("context-4097-bytes", "a byte too many", "F-23", context={"k": "é" * 2048})
    fails("context-empty-name", "a name that is empty", "F-23", context={"": "x"})
    fails("context-empty-value", "a value that is empty", "F-23", context={"k": ""})
    for file, created in {
        "space": "2025-01-02 03:04:05.678Z",
        "seconds": "2025-01-02T03:04:05Z",
        "micros": "2025-01-02T03:04:05.678901Z",
        "offset": "2025-01-02T03:04:05.678+00:00",
        "lower": "2025-01-02t03:04:05.678z",
        "month": "2025-13-02T03:04:05.678Z",
        "day": "2025-02-30T03:04:05.678Z",
        "leap-day": "2025-02-29T03:04:05.678Z",
        "hour": "2025-01-02T24:00:00.000Z",
        "leap-second": "2016-12-31T23:59:60.000Z",
        "empty": "",
        "year": "12025-01-02T03:04:05.678Z",
        "sign": "+002025-01-02T03:04:05.678Z",
        "expanded-year": "+012025-01-02T03:04:05.678Z",
    }.items():
        fails(f"created-{file}", f"the time {created!r}", "F-26", created=created)
    fails("expires-bad", "an expiry that is a date only", "F-26", expires="2026-01-01")
    fails("by-257-bytes", "an author too long, in bytes but not in characters", "F-27", by="é" * 128 + "x")
    fails(
        "comment-4097-bytes",
        "a comment too long, in bytes but not in characters",
        "F-27",
        comment="é" * 2048 + "x",
    )
    fails("tags-51", "a tag too many", "F-28", tags={f"t{i}": str(i) for i in range(51)})
    fails("header-too-long", "a byte too many", "F-10", header=padded(16385))
    fails("header-too-long-bytes", "too long in bytes but not in characters", "F-10", tags={"a": "é" * 8000})
