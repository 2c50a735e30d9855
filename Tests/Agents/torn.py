#!/usr/bin/env python3
"""torn.py in|out MARKER -- COMMAND…: runs COMMAND, and breaks off in the middle of the first line with MARKER.

`out` watches what COMMAND writes, `in` what it is sent. The line comes by half and without its end; then the stream
ends, and COMMAND with it.
"""
import subprocess
import sys

side, marker = sys.argv[1], sys.argv[2].encode()
command = sys.argv[sys.argv.index("--") + 1 :]


def copy(source, sink):
    for line in iter(source.readline, b""):
        if marker in line:
            sink.write(line[: len(line) // 2])
            sink.flush()
            return True
        sink.write(line)
        sink.flush()
    return False


if side == "out":
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    if copy(child.stdout, sys.stdout.buffer):
        child.kill()
    sys.exit(child.wait())
child = subprocess.Popen(command, stdin=subprocess.PIPE)
copy(sys.stdin.buffer, child.stdin)
child.stdin.close()
sys.exit(child.wait())
