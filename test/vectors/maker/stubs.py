"""Versions without a value."""

from .case import check, fields, KEY, loose_bits, NAME, VERSION, write
from .sealing import b64, Bytes


def stubs():
    def stub(file, title, *must, code="ERR_INTEGRITY", sure=False, asked=VERSION, **changes):
        record = fields(**changes)(
            {
                "lazycred": "1",
                "state": "deleted",
                "version": VERSION,
                "nonce": b64(Bytes(file)(16)),
                "at": "2025-01-02T03:04:05.678Z",
            }
        )
        out = {
            "title": title,
            "must": list(must),
            "keyHex": KEY.hex(),
            "name": NAME,
            "version": asked,
            "record": record,
            "expect": "refuse",
            "code": code,
        }
        check(file, out, b"", sure)
        write(file, out)

    gone = {"code": "ERR_NOT_FOUND"}
    stub("stub-deleted", "a tombstone", "F-56", **gone)
    stub("stub-destroyed", "a destroyed version", "F-56", state="destroyed", by="ann@example.com", **gone)
    stub("stub-pruned", "a pruned version", "F-56", state="pruned", **gone)
    stub("stub-by-48-bytes", "as long an author as there may be", "F-56", by="é" * 24, **gone)
    stub(
        "stub-version-maximum",
        "the greatest version",
        "F-56",
        version="9007199254740991",
        asked="9007199254740991",
        **gone
    )
    stub(
        "fail-stub-by-49-bytes",
        "an author too long, in bytes but not in characters",
        "F-55",
        by="é" * 24 + "x",
    )
    stub("fail-stub-state", "an unknown state", "F-55", state="gone")
    stub("fail-stub-state-empty", "an empty state", "F-55", state="")
    stub("fail-stub-nonce-missing", "a field is missing", "F-55", nonce=None)
    stub("fail-stub-at-missing", "a field is missing", "F-55", at=None)
    stub("fail-stub-nonce-15-bytes", "a nonce too short", "F-55", nonce=b64(b"n" * 15))
    stub("fail-stub-nonce-base64", "a nonce with unused bits set", "F-3", nonce=loose_bits(b64(b"n" * 16)))
    stub("fail-stub-at", "a day that does not exist", "F-55", at="2025-02-30T03:04:05.678Z")
    stub("fail-stub-version", "a version with a leading zero", "F-55", version="07")
    stub("fail-stub-relabelled", "a stub moved to another version", "F-57", version="6")
    stub("fail-stub-data", "a value beside the state", "F-55", data=b64(b"x" * 32))
    stub("fail-stub-header", "a header beside the state", "F-55", header="{}")
    stub("fail-stub-extra", "a field too many", "F-55", note="x")
    stub("stub-newer-format", "a tombstone of format 2", "F-2", lazycred="2", code="ERR_UNSUPPORTED")
