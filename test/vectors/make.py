"""Writes native/*.json and local-names.json, the same bytes in every run; README.md says how to run it."""

import json
import pathlib
import sys

sys.dont_write_bytecode = True

from maker.bad_json import bad_json
from maker.bad_members import bad_members
from maker.bad_recipients import bad_recipients
from maker.bad_record import bad_record
from maker.case import files
from maker.good import good
from maker.local_names import LOCAL_NAMES, folders
from maker.stubs import stubs
from maker.two_keys import two_keys

HERE = pathlib.Path(__file__).parent


def main():
    # For the case that nests arrays.
    sys.setrecursionlimit(30000)
    good()
    bad_record()
    bad_json()
    bad_members()
    bad_recipients()
    two_keys()
    stubs()
    target = HERE / "native"
    target.mkdir(exist_ok=True)
    for old in target.glob("*.json"):
        old.unlink()
    for file, out in sorted(files.items()):
        (target / f"{file}.json").write_text(json.dumps(out, indent=1) + "\n")
    names = {"must": ["F-66"], "cases": [{"name": n, "folders": folders(n)} for n in LOCAL_NAMES]}
    (HERE / "local-names.json").write_text(json.dumps(names, indent=1) + "\n")
    refused = sum(out["expect"] == "refuse" for out in files.values())
    print(f"{len(files)} cases, {refused} of them refused", file=sys.stderr)


if __name__ == "__main__":
    main()
