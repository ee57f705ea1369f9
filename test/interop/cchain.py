"""Plays `cchain`, the command of cloudchain 0.1.7, as it is under Python 2: today's boto3 runs there no more."""

import argparse
import base64
import configparser
import os
import sys

import boto3

# What cloudchain gives KMS with every value.
CONTEXT = {"string": "string"}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("-u", "--user")
    parser.add_argument("-e", "--service")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("-s", "--save")
    what.add_argument("-r", "--read", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    config = configparser.RawConfigParser()
    with open(os.environ.get("CLOUDCHAIN_CONFIG", os.path.expanduser("~/.cchainrc"))) as file:
        config.read_file(file)
    dynamo, region = config["dynamo"], config["dynamo"]["region_name"]
    kms = boto3.client("kms", region_name=region)
    table = boto3.resource(
        "dynamodb", region_name=region, endpoint_url=dynamo["endpoint_url"]
    ).Table(dynamo["tablename"])
    row = {"Service": args.service, "Username": args.user}

    if args.save:
        sealed = kms.encrypt(
            KeyId=config["IAMKMS"]["keyalias"],
            Plaintext=os.fsencode(args.save),
            EncryptionContext=CONTEXT,
        )["CiphertextBlob"]
        table.put_item(Item={**row, "Secret": base64.b64encode(sealed).decode()})
        print("Secret saved!")
    elif args.read:
        item = table.get_item(Key=row).get("Item")
        if item is None:
            print("CloudChainError: Query failed.", file=sys.stderr)
            sys.exit(1)
        opened = kms.decrypt(
            CiphertextBlob=base64.b64decode(item["Secret"]), EncryptionContext=CONTEXT
        )
        sys.stdout.buffer.write(opened["Plaintext"] + b"\n")
