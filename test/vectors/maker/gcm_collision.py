"""One AES-GCM ciphertext and tag that authenticate under two keys: why a record commits to its key.

GHASH is linear in each block of the ciphertext, so one block that is free to choose makes the two tags
equal (Len, Grubbs, Ristenpart, "Partitioning Oracle Attacks", USENIX Security 2021, section 3).
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

R = 0xE1 << 120


def times(x, y):
    """Product in GF(2^128) with GCM's bit order (NIST SP 800-38D, algorithm 1)."""
    z = 0
    for i in range(127, -1, -1):
        if (x >> i) & 1:
            z ^= y
        y = (y >> 1) ^ R if y & 1 else y >> 1
    return z


def power(x, n):
    out = 1 << 127
    while n:
        if n & 1:
            out = times(out, x)
        x, n = times(x, x), n >> 1
    return out


def block(key, data):
    e = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return e.update(data) + e.finalize()


def num(data):
    return int.from_bytes(data, "big")


def blocks(data):
    return [num(data[i : i + 16].ljust(16, b"\0")) for i in range(0, len(data), 16)]


def ghash(h, aad, ciphertext):
    y = 0
    for x in [*blocks(aad), *blocks(ciphertext), len(aad) * 8 << 64 | len(ciphertext) * 8]:
        y = times(y ^ x, h)
    return y


def keystream(key, nonce, index):
    return block(key, nonce + (index + 2).to_bytes(4, "big"))


def xor(a, b):
    return bytes(p ^ q for p, q in zip(a, b))


def collide(first, second, aad, first_text, second_text):
    """Ciphertext ‖ tag of three blocks: under `first` (key, nonce) it begins with `first_text`; under
    `second` its second block is `second_text`; 16 bytes each."""
    ciphertext = xor(keystream(*first, 0), first_text) + xor(keystream(*second, 1), second_text)
    zero = ciphertext + bytes(16)
    h1, h2 = (num(block(key, bytes(16))) for key, _ in (first, second))
    mask1, mask2 = (num(block(key, nonce + b"\0\0\0\1")) for key, nonce in (first, second))
    difference = ghash(h1, aad, zero) ^ ghash(h2, aad, zero) ^ mask1 ^ mask2
    # The last block is multiplied by H twice: once for itself, once for the block of lengths.
    free = times(difference, power(power(h1, 2) ^ power(h2, 2), 2**128 - 2))
    ciphertext += free.to_bytes(16, "big")
    tag = ghash(h1, aad, ciphertext) ^ mask1
    return ciphertext + tag.to_bytes(16, "big")
