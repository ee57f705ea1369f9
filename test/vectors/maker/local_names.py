"""Local folder names."""

import re


def folders(name):
    """F-66, by regular expressions."""
    units = re.findall(
        "%[0-9a-f]{2}|.",
        "".join(chr(b) if re.match("[a-z0-9_-]", chr(b)) else f"%{b:02x}" for b in name.encode()),
    )
    out = [""]
    for unit in units:
        if len(out[-1]) + len(unit) > 200:
            out.append("")
        out[-1] += unit
    if re.fullmatch("con|prn|aux|nul|(com|lpt)[0-9]", out[-1]):
        out[-1] = f"%{ord(out[-1][0]):02x}{out[-1][1:]}"
    return [piece + "+" for piece in out[:-1]] + out[-1:]


LOCAL_NAMES = [
    "db",
    "prod/db_credentials",
    "UPPER",
    "a.b",
    "a b",
    "Été",
    "caf\u0065\u0301",
    "日本/鍵",
    "\U0001f511",
    "con",
    "CON",
    "con/a",
    "com1",
    "com10",
    "lpt0",
    "%2f",
    "+",
    "a+",
    "a" * 200,
    "a" * 201,
    "a" * 400,
    "a" * 512,
    "é" * 256,
    "a" * 199 + "/",
    "a" * 198 + "/b",
    "A" * 66 + "bb",
    "A" * 66 + "bbc",
    "a" * 200 + "nul",
    "~",
    "a/b/c/d",
]
