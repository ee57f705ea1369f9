"""Record format 1, the reading half: docs/format.md in Python, to check make.py's files by another path.

Each check carries the number of its requirement and can be left out by it. A vector that must fail is
read twice: as it stands, where it must be refused by the requirement that it names; and without that
requirement, where it must open. So each fails for one reason.
"""

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import re
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

REQUIRED = {"alg", "commit", "context", "created", "keys", "name", "salt", "version"}
OPTIONAL = {"by", "comment", "expires", "tags"}
FORMATS = {"data", "key", "contents", "hmac", "Secret"}


class Refused(Exception):
    def __init__(self, code, rule):
        super().__init__(f"{code} by {rule}")
        self.code = code
        self.rule = rule


class Reader:
    def __init__(self, case, without=()):
        self.case = case
        self.without = set(without)

    def must(self, rule, holds, code="ERR_INTEGRITY"):
        if not holds and rule not in self.without:
            raise Refused(code, rule)

    def read(self):
        record = self.case["record"]
        if "lazycred" not in record:
            return self.foreign(record)
        number = record["lazycred"]
        newer = re.fullmatch("[1-9][0-9]{0,8}", number) and number != "1"
        self.must("F-2", number == "1", "ERR_UNSUPPORTED" if newer else "ERR_INTEGRITY")
        if "state" in record and "F-55" not in self.without:
            return self.stub(record)
        self.must("F-1", set(record) - {"state"} == {"lazycred", "header", "data"})
        return self.value(record["header"], record["data"])

    def foreign(self, record):
        marks = FORMATS & set(record)
        known = marks in ({"data", "key"}, {"contents", "key", "hmac"}, {"Secret"})
        self.must("F-52", known and not {"header", "state"} & set(record))
        raise Refused("ERR_UNSUPPORTED", "F-51")

    def stub(self, record):
        self.must("F-55", set(record) - {"by"} == {"lazycred", "state", "version", "nonce", "at"})
        self.must("F-55", record["state"] in ("deleted", "destroyed", "pruned"))
        self.must("F-55", is_version(record["version"]))
        self.must("F-55", len(self.bytes(record["nonce"])) == 16)
        self.must("F-55", is_time(record["at"]))
        self.must("F-55", len(record.get("by", "").encode()) <= 48)
        self.must("F-57", record["version"] == self.case["version"])
        raise Refused("ERR_NOT_FOUND", "F-56")

    def bytes(self, text):
        """Base64; without F-3 as lenient as Node's decoder."""
        try:
            out = base64.b64decode(text, validate=True)
            strict = base64.b64encode(out).decode() == text
        except (binascii.Error, ValueError):
            strict = False
        self.must("F-3", strict)
        if strict:
            return out
        kept = re.sub("[^A-Za-z0-9+/]", "", text.replace("-", "+").replace("_", "/"))
        return base64.b64decode(kept + "=" * (-len(kept) % 4))

    def value(self, text, data_text):
        data = self.bytes(data_text)
        self.must("F-4", 16 <= len(data) <= self.case.get("maxValueBytes", 262144) + 16)
        self.must("F-12", well_formed(text))
        aad = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        self.must("F-10", len(aad) <= 16384)
        try:
            header = json.loads(text)
        except ValueError:
            raise Refused("ERR_INTEGRITY", "F-11") from None
        self.must("F-11", rewritten(header) == text)
        self.must("F-12", well_formed(rewritten(header, escape=False)))
        self.must("F-15", isinstance(header, dict))
        self.must("F-14", REQUIRED <= set(header) <= REQUIRED | OPTIONAL)
        self.types(header)
        self.must("F-17", is_version(header["version"]))
        self.must("F-18", header["alg"] == "A256GCM-HKDF-SHA512")
        salt, commit = self.bytes(header["salt"]), self.bytes(header["commit"])
        self.must("F-19", len(salt) == 32)
        self.must("F-20", len(commit) == 32)
        self.must("F-21", 1 <= len(header["keys"]) <= 8)
        for key in header["keys"]:
            self.must("F-22", len(self.bytes(key["wrapped"])) <= 2048)
        self.limits(header)
        self.must("F-16", header["name"] == self.case["name"])
        self.must("F-17", header["version"] == self.case["version"])
        if "context" in self.case:
            self.must("F-25", header["context"] == self.case["context"])
        data_key = self.data_key(header)
        self.must("F-30", len(data_key) == 32)
        okm = hkdf(data_key, salt, b"lazycred/1", 76)
        self.must("F-31", hmac.compare_digest(okm[44:76], commit))
        return self.gcm("F-32", "ERR_INTEGRITY", okm, data, aad)

    def types(self, header):
        for member, value in header.items():
            if member in ("context", "tags"):
                self.must("F-15", isinstance(value, dict) and all(isinstance(v, str) for v in value.values()))
            elif member == "keys":
                self.must("F-15", isinstance(value, list))
                for key in value:
                    self.must("F-21", isinstance(key, dict) and set(key) == {"id", "provider", "wrapped"})
                    self.must("F-15", all(isinstance(v, str) for v in key.values()))
            else:
                self.must("F-15", isinstance(value, str))

    def limits(self, header):
        context = header["context"]
        self.must("F-23", len(context) <= 16)
        self.must("F-23", all(k and v for k, v in context.items()))
        self.must("F-23", sum(size(k) + size(v) for k, v in context.items()) <= 4096)
        self.must("F-24", not any(k.startswith(("lazycred:", "aws:")) for k in context))
        self.must("F-26", is_time(header["created"]) and is_time(header.get("expires", header["created"])))
        self.must("F-27", size(header.get("by", "")) <= 256)
        self.must("F-27", size(header.get("comment", "")) <= 4096)
        self.must("F-28", len(header.get("tags", {})) <= 50)

    def data_key(self, header):
        context = {**header["context"], "lazycred:name": header["name"]}
        known = [k for k in header["keys"] if k["provider"] in ("aws-kms", "local", "passphrase")]
        if not known:
            raise Refused("ERR_UNSUPPORTED", "F-44")
        failure = Refused("ERR_ACCESS", "F-44")
        for key in known:
            try:
                if key["provider"] == "local" and "keyHex" in self.case:
                    return self.local(key, context)
                if key["provider"] == "passphrase" and "passphrase" in self.case:
                    return self.passphrase(key, context)
            except Refused as e:
                if e.code != "ERR_ACCESS":
                    raise
                failure = e
        raise failure

    def local(self, key, context):
        wrapped = self.bytes(key["wrapped"])
        self.must("F-46", len(wrapped) == 81 and wrapped[0] == 1)
        return self.unwrap(key, bytes.fromhex(self.case["keyHex"]), b"", wrapped[1:81], context)

    def passphrase(self, key, context):
        wrapped = self.bytes(key["wrapped"])
        self.must("F-49", len(wrapped) == 100 and wrapped[0] == 2)
        lead, (log2n, r, p) = wrapped[:20], wrapped[1:4]
        self.must("F-50", 15 <= log2n <= 20 and r == 8 and 1 <= p <= 4)
        n = 1 << log2n
        secret = self.case["passphrase"].encode()
        derived = hashlib.scrypt(
            secret, salt=lead[4:], n=n, r=r, p=p, maxmem=n * r * 256 * p + (1 << 20), dklen=32
        )
        return self.unwrap(key, derived, lead, wrapped[20:100], context)

    def unwrap(self, key, secret, lead, body, context):
        own = hmac.digest(secret, b"lazycred-local-id/1", "sha256")[:16].hex() == key["id"]
        okm = hkdf(secret, body[:32], b"lazycred-local/1", 44)
        aad = b"lazycred-local/1"
        for name, value in sorted((k.encode(), v.encode()) for k, v in context.items()):
            aad += struct.pack(">I", len(name)) + name + struct.pack(">I", len(value)) + value
        return self.gcm("F-48", "ERR_INTEGRITY" if own else "ERR_ACCESS", okm, body[32:], lead + aad)

    def gcm(self, rule, code, okm, data, aad):
        try:
            return AESGCM(okm[:32]).decrypt(okm[32:44], data, aad)
        except InvalidTag:
            raise Refused(code, rule) from None


def hkdf(ikm, salt, info, length):
    """RFC 5869 from HMAC alone."""
    prk = hmac.digest(salt, ikm, "sha512")
    out, last, i = b"", b"", 1
    while len(out) < length:
        last = hmac.digest(prk, last + info + bytes([i]), "sha512")
        out, i = out + last, i + 1
    return out[:length]


def rewritten(value, escape=True):
    """Canonical JSON by way of the standard library: its escapes are RFC 8785's, its order is not."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda m: m[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{rewritten(k, escape)}:{rewritten(v, escape)}" for k, v in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(rewritten(v, escape) for v in value) + "]"
    text = json.dumps(value, ensure_ascii=False)
    if escape and isinstance(value, str):
        # As ECMAScript writes them, so that F-12 and not F-11 is what refuses them.
        return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)
    return text


def well_formed(text):
    try:
        text.encode("utf-8")
        return True
    except UnicodeEncodeError:
        return False


def size(text):
    return len(str(text).encode("utf-8", "surrogatepass"))


def is_version(text):
    return isinstance(text, str) and bool(re.fullmatch("[1-9][0-9]{0,15}", text)) and int(text) < 2**53


def is_time(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", str(text)):
        return False
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
        return int(text[17:19]) < 60
    except ValueError:
        return False
