"""One ciphertext for two data keys."""

from .case import check, KEY, NAME, OTHER_KEY, VERSION, write
from .gcm_collision import collide
from .reading import Reader
from .sealing import aad_bytes, ALG, b64, Bytes, canonical, derive, local


def two_keys():
    """One record, two recipients, two data keys: without the commitment each opens it to a value of its own."""
    rng = Bytes("two keys")
    keys = [rng(32), rng(32)]
    salt = rng(32)
    context = {"lazycred:name": NAME}
    recipients = [local(holder)(key, context, rng) for holder, key in zip((KEY, OTHER_KEY), keys)]
    found = [derive(key, salt) for key in keys]
    header = canonical(
        {
            "alg": ALG,
            "commit": b64(found[0][2]),
            "context": {},
            "created": "2025-01-02T03:04:05.678Z",
            "keys": recipients,
            "name": NAME,
            "salt": b64(salt),
            "version": VERSION,
        }
    )
    data = collide(found[0][:2], found[1][:2], aad_bytes(header), b"paid: 100.00 EUR", b"paid: 999.99 EUR")
    out = {"name": NAME, "version": VERSION, "record": {"lazycred": "1", "header": header, "data": b64(data)}}
    first = {
        "title": "one ciphertext for two data keys, read by the one that is committed to",
        "must": ["F-31"],
        "keyHex": KEY.hex(),
        **out,
    }
    value = Reader(first).read()
    write("open-two-keys-one-record", {**first, "expect": "open", "plaintextB64": b64(value)})
    second = {
        "title": "one ciphertext for two data keys, read by the other",
        "must": ["F-31"],
        "keyHex": OTHER_KEY.hex(),
        **out,
        "expect": "refuse",
        "code": "ERR_INTEGRITY",
    }
    check("fail-two-keys-one-record", second, value, True)
    assert Reader(second, without=["F-31"]).read()[16:32] == b"paid: 999.99 EUR"
    write("fail-two-keys-one-record", second)
