"""What fails: the record and its bytes."""

from .case import changed, fails, fields, flip, loose_bits, replaced, urlsafe
from .sealing import Bytes


def bad_record():
    fails("data-missing", "a field is missing", "F-1", sure=False, edit=fields(data=None))
    fails("header-missing", "a field is missing", "F-1", sure=False, edit=fields(header=None))
    fails("extra-field", "a field too many", "F-1", edit=fields(note="x"), sure=False)
    fails("version-field", "a stub's field beside a value", "F-1", edit=fields(version="7"), sure=False)
    fails("data-and-state", "a value that is marked as deleted as well", "F-55", edit=fields(state="deleted"))
    fails("newer-format", "format 2", "F-2", code="ERR_UNSUPPORTED", edit=fields(lazycred="2"))
    fails(
        "newer-format-other-fields",
        "format 10, with other fields",
        "F-2",
        code="ERR_UNSUPPORTED",
        sure=False,
        edit=lambda r: {"lazycred": "10", "body": "x"},
    )
    for file, number in {
        "zero": "0",
        "padded": "01",
        "decimal": "1.0",
        "empty": "",
        "word": "one",
        "space": "1 ",
        "ten-digits": "1000000000",
    }.items():
        fails(f"format-{file}", f"the format's number is {number!r}", "F-2", edit=fields(lazycred=number))
    fails(
        "format-missing",
        "a native record without its number is no format",
        "F-52",
        edit=fields(lazycred=None),
        sure=False,
    )
    fails(
        "mixture-lazycred",
        "a native record with LazyCred's field",
        "F-1",
        edit=fields(key="AQIDAHg="),
        sure=False,
    )
    fails(
        "mixture-cloudchain",
        "a native record with cloudchain's field",
        "F-1",
        edit=fields(Secret="AQIDAHg="),
        sure=False,
    )
    fails(
        "mixture-ancestors",
        "the fields of LazyCred and of CredStash at once",
        "F-52",
        sure=False,
        edit=lambda r: {"data": "x", "key": "x", "contents": "x", "hmac": "x"},
    )
    fails("fields-none", "no fields at all", "F-52", edit=lambda r: {}, sure=False)
    for file, record in {
        "lazycred": {"data": "gAAAAA==", "key": "AQIDAHg="},
        "credstash": {"contents": "AA==", "hmac": "00", "key": "AQIDAHg=", "digest": "SHA256"},
        "cloudchain": {"Secret": "AQIDAHg="},
    }.items():
        fails(
            f"not-accepted-{file}",
            "another format, which the reader is not configured for",
            "F-51",
            code="ERR_UNSUPPORTED",
            sure=False,
            edit=lambda _, r=record: r,
        )

    loose = {"value": b"12345"}  # 21 bytes sealed: base64 pads none; 20 and 22 do
    fails(
        "base64-data-noncanonical",
        "unused bits of the last character set",
        "F-3",
        value=b"1234",
        edit=lambda r: {**r, "data": loose_bits(r["data"])},
    )
    fails(
        "base64-data-urlsafe",
        "the url-safe alphabet",
        "F-3",
        value=b"x" * 300,
        edit=lambda r: {**r, "data": urlsafe(r["data"])},
    )
    fails(
        "base64-data-unpadded",
        "without padding",
        "F-3",
        value=b"1234",
        edit=lambda r: {**r, "data": changed(r["data"], r["data"].rstrip("="))},
    )
    fails(
        "base64-data-newline",
        "a newline at the end",
        "F-3",
        **loose,
        edit=lambda r: {**r, "data": r["data"] + "\n"},
    )
    fails(
        "base64-data-space",
        "a space within",
        "F-3",
        **loose,
        edit=lambda r: {**r, "data": r["data"][:8] + " " + r["data"][8:]},
    )

    fails("data-empty", "no bytes at all", "F-4", sure=False, edit=fields(data=""))
    fails("data-15-bytes", "shorter than a tag", "F-4", sure=False, value=b"", data=lambda d: d[:15])
    fails(
        "data-over-maximum",
        "one byte more than the configured maximum",
        "F-4",
        value=b"x" * 65,
        asked={"maxValueBytes": 64},
    )
    fails("data-truncated", "the last byte is missing", "F-32", sure=False, data=lambda d: d[:-1])
    fails("data-extended", "a byte too many", "F-32", sure=False, data=lambda d: d + b"\0")
    fails("tag-flipped", "one bit of the tag", "F-32", sure=False, data=flip(-1))
    fails("ciphertext-flipped", "one bit of the ciphertext", "F-32", sure=False, data=flip(0))
    fails(
        "data-of-another",
        "the data of another record under the same key",
        "F-32",
        sure=False,
        data=lambda d: Bytes("another")(len(d)),
    )
    fails(
        "header-comment-changed",
        "a comment changed after sealing",
        "F-32",
        sure=False,
        comment="reviewed",
        edit=lambda r: {**r, "header": replaced("reviewed", "Reviewed")(r["header"])},
    )
