"""What fails: the recipients."""

from .case import fails, flip, KEY, members, NAME, OTHER_KEY, STRANGER, WORDS
from .sealing import b64, fixed, local, passphrase


def bad_recipients():
    stranger = fixed("aws-kms", STRANGER, "AQIDAHg=")
    fails("keys-empty", "no recipient", "F-21", sure=False, header=members(keys=[]))
    fails(
        "keys-nine",
        "a recipient too many; the first opens it",
        "F-21",
        recipients=[local(KEY), *[stranger] * 8],
    )
    fails(
        "keys-entry-extra",
        "a recipient with a member too many",
        "F-21",
        header=lambda h: {**h, "keys": [{**h["keys"][0], "note": "x"}]},
    )
    fails(
        "keys-entry-proto",
        "a recipient with a member called __proto__",
        "F-21",
        header=lambda h: {**h, "keys": [{**h["keys"][0], "__proto__": "x"}]},
    )
    fails(
        "keys-entry-missing",
        "a second recipient without an id",
        "F-21",
        sure=False,
        header=lambda h: {**h, "keys": [h["keys"][0], {"provider": "aws-kms", "wrapped": "AQIDAHg="}]},
    )
    fails(
        "keys-entry-string",
        "a second recipient that is text",
        "F-21",
        sure=False,
        header=lambda h: {**h, "keys": [h["keys"][0], "x"]},
    )
    fails(
        "keys-entry-number",
        "a second recipient whose id is a number",
        "F-15",
        recipients=[local(KEY), fixed("aws-kms", 1, "AQIDAHg=")],
    )
    fails(
        "wrapped-too-long",
        "a second recipient's wrapped key of 2,049 bytes",
        "F-22",
        recipients=[local(KEY), fixed("aws-kms", STRANGER, b64(b"w" * 2049))],
    )
    fails(
        "wrapped-base64-noncanonical",
        "a second recipient's wrapped key with unused bits set",
        "F-3",
        recipients=[local(KEY), fixed("aws-kms", STRANGER, "AB==")],
    )
    fails(
        "wrapped-base64-urlsafe",
        "a second recipient's wrapped key in the url-safe alphabet",
        "F-3",
        recipients=[local(KEY), fixed("aws-kms", STRANGER, "-_-_")],
    )
    fails(
        "wrapped-base64-unpadded",
        "a second recipient's wrapped key without padding",
        "F-3",
        recipients=[local(KEY), fixed("aws-kms", STRANGER, "AA")],
    )

    fails(
        "key-other",
        "wrapped by another local key",
        "F-48",
        "F-42",
        code="ERR_ACCESS",
        sure=False,
        key=OTHER_KEY,
    )
    fails(
        "key-not-configured",
        "wrapped by KMS alone, with only a local key configured",
        "F-44",
        code="ERR_ACCESS",
        sure=False,
        recipients=[stranger],
    )
    fails(
        "provider-unknown",
        "wrapped by an unknown provider alone",
        "F-44",
        code="ERR_UNSUPPORTED",
        sure=False,
        recipients=[fixed("vault", "transit/app", "dmF1bHQ=")],
    )
    fails(
        "wrapped-flipped",
        "one bit of the wrapped data key",
        "F-48",
        sure=False,
        recipients=[local(KEY, bend=flip(40))],
    )
    fails(
        "wrapped-salt-flipped",
        "one bit of the wrapping's salt",
        "F-48",
        sure=False,
        recipients=[local(KEY, bend=flip(1))],
    )
    fails(
        "wrapped-tag-flipped",
        "one bit of the wrapping's tag",
        "F-48",
        sure=False,
        recipients=[local(KEY, bend=flip(-1))],
    )
    fails(
        "wrapped-layout",
        "another layout's number",
        "F-46",
        recipients=[local(KEY, bend=lambda w: b"\x03" + w[1:])],
    )
    fails(
        "wrapped-passphrase-layout",
        "the passphrase's number before a local body",
        "F-46",
        recipients=[local(KEY, bend=lambda w: b"\x02" + w[1:])],
    )
    fails("wrapped-extended", "a byte too many", "F-46", recipients=[local(KEY, bend=lambda w: w + b"\0")])
    fails(
        "wrapped-truncated",
        "a byte too few",
        "F-46",
        sure=False,
        recipients=[local(KEY, bend=lambda w: w[:-1])],
    )
    fails("wrapped-empty", "no bytes", "F-46", sure=False, recipients=[local(KEY, bend=lambda w: b"")])
    fails(
        "wrapped-for-another-name",
        "wrapped under another name",
        "F-48",
        "F-47",
        "F-40",
        sure=False,
        recipients=[local(KEY, wrap_context={"lazycred:name": "prod/other"})],
    )
    fails(
        "wrapped-for-another-context",
        "wrapped under another context",
        "F-48",
        "F-47",
        "F-40",
        sure=False,
        context={"env": "prod"},
        recipients=[local(KEY, wrap_context={"env": "dev", "lazycred:name": NAME})],
    )
    fails(
        "wrapped-context-shifted",
        "a context whose pairs join to the same bytes",
        "F-48",
        "F-47",
        sure=False,
        context={"ab": "c"},
        recipients=[local(KEY, wrap_context={"a": "bc", "lazycred:name": NAME})],
    )

    fails(
        "passphrase-wrong",
        "another passphrase",
        "F-48",
        code="ERR_ACCESS",
        sure=False,
        recipients=[passphrase(WORDS)],
        words="Tr0ub4dor&3",
    )
    fails(
        "passphrase-log2n-14",
        "log2 N below what is read",
        "F-50",
        recipients=[passphrase(WORDS, 14)],
        words=WORDS,
    )
    fails(
        "passphrase-log2n-21",
        "log2 N above what is read",
        "F-50",
        sure=False,
        recipients=[passphrase(WORDS, bend=lambda w: w[:1] + b"\x15" + w[2:])],
        words=WORDS,
    )
    fails(
        "passphrase-log2n-255",
        "log2 N beyond all measure",
        "F-50",
        sure=False,
        recipients=[passphrase(WORDS, bend=lambda w: w[:1] + b"\xff" + w[2:])],
        words=WORDS,
    )
    fails("passphrase-r-4", "another r", "F-50", recipients=[passphrase(WORDS, r=4)], words=WORDS)
    fails("passphrase-r-16", "another r", "F-50", recipients=[passphrase(WORDS, r=16)], words=WORDS)
    fails(
        "passphrase-p-0",
        "p of zero",
        "F-50",
        sure=False,
        recipients=[passphrase(WORDS, bend=lambda w: w[:3] + b"\0" + w[4:])],
        words=WORDS,
    )
    fails("passphrase-p-5", "p above what is read", "F-50", recipients=[passphrase(WORDS, p=5)], words=WORDS)
    fails(
        "passphrase-lead-unbound",
        "a lead that is not authenticated",
        "F-48",
        "F-49",
        sure=False,
        recipients=[passphrase(WORDS, aad_lead=False)],
        words=WORDS,
    )
    fails(
        "passphrase-layout",
        "another layout's number",
        "F-49",
        recipients=[passphrase(WORDS, first=1)],
        words=WORDS,
    )
    fails(
        "passphrase-truncated",
        "a byte too few",
        "F-49",
        sure=False,
        recipients=[passphrase(WORDS, bend=lambda w: w[:-1])],
        words=WORDS,
    )
    fails(
        "passphrase-extended",
        "a byte too many",
        "F-49",
        recipients=[passphrase(WORDS, bend=lambda w: w + b"\0")],
        words=WORDS,
    )
    fails(
        "passphrase-flipped",
        "one bit of the wrapped data key",
        "F-48",
        sure=False,
        recipients=[passphrase(WORDS, bend=flip(60))],
        words=WORDS,
    )
