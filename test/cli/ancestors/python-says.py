"""What Python's own modules, which CredStash stands on, say: [[kind, argument], …] on stdin, answers on stdout."""

import csv
import io
import json
import re
import sys

import yaml


def csv_text(pairs):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(pairs)
    return out.getvalue()


def matched(wildcard, names):
    try:
        regex = re.compile("^" + wildcard.replace("*", ".*") + "$")
    except re.error:
        return None
    return [name for name in names if regex.search(name) is not None]


KINDS = {
    "json": lambda pairs: json.dumps(dict(pairs), sort_keys=True, indent=4, separators=(",", ": ")),
    "csv": csv_text,
    "yaml": lambda pairs: yaml.dump(dict(pairs), default_flow_style=False),
    "yaml-read": lambda text: yaml.safe_load(text),
    "wildcard": lambda argument: matched(*argument),
}

json.dump([KINDS[kind](argument) for kind, argument in json.load(sys.stdin)], sys.stdout)
