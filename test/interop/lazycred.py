"""Plays LazyCred 0.2.3, which needs Python 2, where it succeeds: what it stores, reads and prints."""

import base64
import json
import os
import pathlib
import sys

import boto3
from cryptography.fernet import Fernet

VARIABLES = {
    "s3_path": "LAZYCRED_S3_PATH",
    "key_alias": "LAZYCRED_KEY_ALIAS",
    "region": "AWS_DEFAULT_REGION",
}


def settings():
    here = pathlib.Path.cwd()
    for folder in (here, *here.parents, pathlib.Path.home()):
        if (folder / ".lazycred").is_file():
            return json.loads((folder / ".lazycred").read_text())
    return {setting: os.environ[variable] for setting, variable in VARIABLES.items()}


def put(config, place, value):
    fernet_key = Fernet.generate_key()
    kms = boto3.client("kms", region_name=config["region"])
    wrapped = kms.encrypt(KeyId="alias/" + config["key_alias"], Plaintext=fernet_key)
    body = {
        "key": base64.b64encode(wrapped["CiphertextBlob"]).decode(),
        "data": Fernet(fernet_key).encrypt(value).decode(),
    }
    boto3.client("s3").put_object(
        **place, Body=json.dumps(body), ContentType="application/octet-stream"
    )


def get(config, place):
    body = json.load(boto3.client("s3").get_object(**place)["Body"])
    kms = boto3.client("kms", region_name=config["region"])
    fernet_key = kms.decrypt(CiphertextBlob=base64.b64decode(body["key"]))["Plaintext"]
    return Fernet(fernet_key).decrypt(body["data"])


def main():
    operation, name, *file = sys.argv[1:]
    config = settings()
    bucket, prefix = config["s3_path"].split("/", 1)
    place = {"Bucket": bucket, "Key": prefix + name}
    if operation == "put":
        value = pathlib.Path(file[0]).read_bytes() if file else sys.stdin.buffer.read()
        put(config, place, value)
    elif value := get(config, place):
        sys.stdout.buffer.write(value + b"\n")
