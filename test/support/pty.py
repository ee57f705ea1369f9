"""Runs a command on a terminal of its own, types into it, and tells what happened, as JSON.

Reads one JSON object from stdin:
  argv     the command
  env      its environment
  cwd      its folder
  tty      which of "stdin", "stdout", "stderr" are the terminal; the others are pipes
  input    what its stdin gets when that is a pipe
  steps    [[text to wait for on the terminal, text to type then], ...]; a step that types
           {"signal": N} sends that signal to the process instead
  seconds  until it is killed
Prints: code, screen (what the terminal showed), stdout, stderr, echo (of the terminal, when each
step typed), echo_after (when the command had ended), waited (the step that never came, or null).
"""

import fcntl
import json
import os
import select
import signal
import struct
import sys
import termios
import time

NAMES = ("stdin", "stdout", "stderr")


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def start(spec, slave):
    """Forks the command with the terminal as its controlling one; returns its pid and our ends of its pipes."""
    pipes = {name: os.pipe() for name in NAMES if name not in spec["tty"]}
    pid = os.fork()
    if pid != 0:
        ours = {}
        for name, (read, write) in pipes.items():
            mine, theirs = (write, read) if name == "stdin" else (read, write)
            os.close(theirs)
            ours[name] = mine
        return pid, ours
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number, name in enumerate(NAMES):
        end = pipes[name][0 if name == "stdin" else 1] if name in pipes else slave
        os.dup2(end, number)
    os.closerange(3, 256)
    os.chdir(spec["cwd"])
    os.execvpe(spec["argv"][0], spec["argv"], spec["env"])


def main():
    spec = json.load(sys.stdin)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    pid, ours = start(spec, slave)
    if "stdin" in ours:
        os.write(ours["stdin"], spec.get("input", "").encode())
        os.close(ours.pop("stdin"))
    said = {"screen": b"", "stdout": b"", "stderr": b""}
    sources = {master: "screen", **{fd: name for name, fd in ours.items()}}
    steps, seen, echo = list(spec.get("steps", [])), 0, []
    deadline = time.monotonic() + spec.get("seconds", 20)
    status = None
    while True:
        ready, _, _ = select.select(list(sources), [], [], 0.02)
        for fd in ready:
            data = os.read(fd, 65536)
            said[sources[fd]] += data
            if not data:
                del sources[fd]
        if steps and steps[0][0].encode() in said["screen"][seen:]:
            seen = said["screen"].index(steps[0][0].encode(), seen) + len(steps[0][0].encode())
            echo.append(echoes(slave))
            typed = steps.pop(0)[1]
            if isinstance(typed, dict):
                os.kill(pid, typed["signal"])
            else:
                os.write(master, typed.encode())
        if status is None:
            done, ended = os.waitpid(pid, os.WNOHANG)
            status = ended if done else None
        elif not ready:
            break
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline = float("inf")
    code = os.waitstatus_to_exitcode(status)
    texts = {name: data.decode(errors="replace") for name, data in said.items()}
    waited = steps[0][0] if steps else None
    print(json.dumps({"code": code, **texts, "echo": echo, "echo_after": echoes(slave), "waited": waited}))


main()
