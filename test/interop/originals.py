"""Runs command lines of the ancestors' programs for the interop tests, until its standard input closes.

    python originals.py

One command a line, as JSON on standard input, answered by a line of JSON on standard output:

    {"argv": [PROGRAM, ...], "input": BASE64, "env": {...}, "cwd": PATH}
    {"code": NUMBER or null, "stdout": BASE64, "stderr": BASE64}

PROGRAM is `credstash`, the original as it was released, or one of the two that are played here,
`lazycred` and `cchain`. Loading Python and boto3 takes a second, so each command runs in a fork of this
process, which has loaded them: with standard streams, environment, folder and exit status of its own.
"""

import base64
import gc
import json
import os
import signal
import sys
import tempfile
import traceback

import boto3

import cchain
import credstash
import lazycred

PROGRAMS = {"credstash": credstash.main, "lazycred": lazycred.main, "cchain": cchain.main}

# Seconds after which a command that hangs is killed: its code is null then.
TIME_LIMIT = 50


def preload():
    # A command is over before there is garbage to speak of; looking for it takes a third of its time.
    gc.disable()
    # boto3 imports most of itself when a client is made.
    for service in ("dynamodb", "kms", "s3"):
        boto3.client(service, region_name="us-east-1")
    boto3.resource("dynamodb", region_name="us-east-1")


def play(command):
    """Becomes the program, to its end."""
    signal.alarm(TIME_LIMIT)
    os.chdir(command["cwd"])
    os.environ.clear()
    os.environ.update(command["env"])
    sys.argv = command["argv"]
    code = 1
    try:
        PROGRAMS[sys.argv[0]]()
        code = 0
    except SystemExit as e:
        code = e.code or 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(command):
    # Files, not pipes: nobody has to read while the program writes.
    streams = [tempfile.TemporaryFile() for _ in range(3)]
    streams[0].write(base64.b64decode(command["input"]))
    streams[0].seek(0)
    child = os.fork()
    if child == 0:
        for fd, stream in enumerate(streams):
            os.dup2(stream.fileno(), fd)
        play(command)
    _, status = os.waitpid(child, 0)
    answer = {"code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None}
    for name, stream in zip(("stdout", "stderr"), streams[1:]):
        stream.seek(0)
        answer[name] = base64.b64encode(stream.read()).decode()
    return answer


def main():
    # The interpreter's own streams stay untouched: a fork finds them as a new process would.
    commands, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    preload()
    for line in commands:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


main()
