"""Starts moto's server for the test suites: one request at a time, with faults on demand.

    python moto_launch.py [--iam] [--no-lock]

Prints one line, {"port": N}, once it listens on 127.0.0.1, and stops when its standard input closes,
so that it never outlives a test run, even one that was killed.

Stock moto runs every request in a thread of its own without a lock, and loses writes under
concurrency; the services that it stands for don't. Hence the lock (--no-lock shows the difference).

Beside moto's own paths it answers:

    POST /__emu__/fault   one fault as JSON, see Fault
    GET  /__emu__/calls   the requests so far, oldest first, see describe_call
    POST /__emu__/clear   forgets faults and calls
"""

import collections
import io
import json
import logging
import re
import socket
import sys
import threading
import time
from http import HTTPStatus

from werkzeug.serving import make_server
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

import moto_speed

# A run of all the suites makes more calls than anyone reads; keep the latest.
MAX_CALLS = 20_000


class Fault:
    """What to do to the requests that match; conditions that are not given match everything.

    target  equals X-Amz-Target, e.g. "TrentService.Decrypt", "DynamoDB.PutItem"
    method  equals the HTTP method
    path    regular expression, searched in the decoded path
    query   regular expression, searched in the raw query string
    body    regular expression, searched in the request's body
    skip    let this many matching requests pass first
    times   then meddle with this many (default 1)

    delay   wait this many seconds first
    after   let moto do its work before the fault: the write is applied, its answer lost
    drop    close the connection without an answer
    status  answer with this HTTP status, and `code` as the service's error code
    truncate  send only this many bytes of moto's answer, then close the connection
    """

    def __init__(self, wish):
        self.target = wish.get("target")
        self.method = wish.get("method")
        self.path = wish.get("path")
        self.query = wish.get("query")
        self.body = wish.get("body")
        self.skip = wish.get("skip", 0)
        self.times = wish.get("times", 1)
        self.delay = wish.get("delay", 0)
        self.after = wish.get("after", False)
        self.drop = wish.get("drop", False)
        self.status = wish.get("status")
        self.code = wish.get("code", "InternalError")
        self.truncate = wish.get("truncate")

    def matches(self, request):
        return (
            self.target in (None, request.target)
            and self.method in (None, request.method)
            and found(self.path, request.path)
            and found(self.query, request.query)
            and found(self.body, request.body.decode("utf-8", "replace"))
        )


def found(pattern, text):
    return pattern is None or re.search(pattern, text) is not None


class Request:
    """The parts of a WSGI request that faults and the call log look at."""

    def __init__(self, environ):
        self.method = environ["REQUEST_METHOD"]
        # WSGI hands the path over as Latin-1 (PEP 3333).
        self.path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        self.query = environ.get("QUERY_STRING", "")
        # DynamoDB's target carries the API's date; without it faults read better.
        target = environ.get("HTTP_X_AMZ_TARGET", "").replace("DynamoDB_20120810", "DynamoDB")
        self.target = target or None
        self.if_match = environ.get("HTTP_IF_MATCH")
        self.if_none_match = environ.get("HTTP_IF_NONE_MATCH")
        self.user_agent = environ.get("HTTP_USER_AGENT")
        credential = re.search(r"Credential=([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        self.access_key = credential and credential.group(1)
        stream = environ["wsgi.input"]
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "")
        self.body = stream.read() if chunked else stream.read(int(environ.get("CONTENT_LENGTH") or 0))


class Emulator:
    """A WSGI application: moto behind a lock, the fault list and the call log."""

    def __init__(self, app, one_at_a_time):
        self.app = app
        self.moto_lock = threading.Lock() if one_at_a_time else None
        self.state_lock = threading.Lock()
        self.faults = []
        self.calls = collections.deque(maxlen=MAX_CALLS)

    def __call__(self, environ, start_response):
        request = Request(environ)
        if request.path.startswith("/__emu__/"):
            return self.control(request, start_response)
        # The body was read above: give moto a fresh stream of a known length.
        environ["wsgi.input"] = io.BytesIO(request.body)
        environ["CONTENT_LENGTH"] = str(len(request.body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated", None)

        statuses = []

        def start_and_note(status, headers, exc_info=None):
            statuses.append(status)
            return start_response(status, headers)

        fault = self.take_fault(request)
        try:
            if fault is None:
                return self.run_moto(environ, start_and_note)
            return self.run_fault(fault, request, environ, start_and_note, statuses)
        finally:
            with self.state_lock:
                self.calls.append(describe_call(request, statuses))

    def control(self, request, start_response):
        answer = []
        with self.state_lock:
            if request.path.endswith("/fault"):
                self.faults.append(Fault(json.loads(request.body)))
            elif request.path.endswith("/clear"):
                self.faults.clear()
                self.calls.clear()
            else:
                answer = list(self.calls)
        body = json.dumps(answer).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def take_fault(self, request):
        with self.state_lock:
            for fault in self.faults:
                if not fault.matches(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                elif fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def run_moto(self, environ, start_response):
        if self.moto_lock is None:
            return self.app(environ, start_response)
        with self.moto_lock:
            return self.app(environ, start_response)

    def run_fault(self, fault, request, environ, start_response, statuses):
        if fault.delay:
            time.sleep(fault.delay)
        if fault.after:
            answer = self.run_moto(environ, lambda status, headers, exc_info=None: lambda data: None)
            b"".join(answer)
        if fault.drop:
            statuses.append("dropped")
            hang_up(environ)
        if fault.status:
            status, headers, body = service_error(fault, request)
            start_response(status, headers)
            return [body]
        if fault.truncate is not None:
            body = b"".join(self.run_moto(environ, start_response))
            # Content-Length promised all of it.
            return cut_off(body[: fault.truncate], environ)
        return self.run_moto(environ, start_response)


def cut_off(body, environ):
    yield body
    hang_up(environ)


def hang_up(environ):
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    # werkzeug ends the request quietly on this error.
    raise ConnectionAbortedError


def service_error(fault, request):
    """An error as the service would write it: XML from S3, JSON from DynamoDB and KMS."""
    if request.target:
        content_type = "application/x-amz-json-1.1"
        body = json.dumps({"__type": fault.code, "message": "injected"}).encode()
    else:
        content_type = "application/xml"
        body = (
            f"<?xml version='1.0'?><Error><Code>{fault.code}</Code>"
            "<Message>injected</Message><RequestId>x</RequestId></Error>"
        ).encode()
    if request.method == "HEAD":
        body = b""
    try:
        reason = HTTPStatus(fault.status).phrase
    except ValueError:
        reason = "Injected"
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return f"{fault.status} {reason}", headers, body


def describe_call(request, statuses):
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "target": request.target,
        "accessKey": request.access_key,
        "ifMatch": request.if_match,
        "ifNoneMatch": request.if_none_match,
        "userAgent": request.user_agent,
        "status": statuses[0] if statuses else None,
    }


class QuietHandler(MotoRequestHandler):
    def log(self, *args, **kwargs):
        """No access log: the call log serves."""


def main(argv):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto_speed.install()
    if "--iam" in argv:
        import moto_iam

        moto_iam.install()
    emulator = Emulator(DomainDispatcherApplication(create_backend_app), "--no-lock" not in argv)
    server = make_server("127.0.0.1", 0, emulator, threaded=True, request_handler=QuietHandler)
    print(json.dumps({"port": server.server_port}), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
