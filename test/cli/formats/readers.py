"""Reads exported files with Python's own readers: a JSON list of [reader, base64 of the file] on
stdin, a list of objects (key -> value) on stdout."""

import base64
import csv
import io
import json
import sys


def text(data, newline=None):
    # As open() gives it: universal newlines unless told otherwise.
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=newline)


def table(data, dialect):
    rows = list(csv.reader(text(data, newline=""), dialect, strict=True))
    assert rows[0] == ["name", "value"], "header"
    assert all(len(row) == 2 for row in rows), "columns"
    return dict(rows[1:])


def dotenv(data):
    from dotenv import dotenv_values

    return dotenv_values(stream=text(data))


def yaml(data):
    from yaml import safe_load

    return safe_load(data)


READERS = {
    "dotenv": dotenv,
    "yaml": yaml,
    "json": json.loads,
    "csv": lambda data: table(data, "excel"),
    "tsv": lambda data: table(data, "excel-tab"),
}

csv.field_size_limit(1 << 24)
jobs = json.load(sys.stdin)
json.dump([READERS[reader](base64.b64decode(data)) for reader, data in jobs], sys.stdout)
