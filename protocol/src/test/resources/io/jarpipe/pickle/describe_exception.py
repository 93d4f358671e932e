"""Raises the exceptions it receives as pickles in frames, and answers each with what Python prints about it."""

import pickle
import struct
import sys
import traceback

source, sink = sys.stdin.buffer, sys.stdout.buffer

while True:
    header = source.read(4)
    if not header:
        break
    try:
        raise pickle.loads(source.read(*struct.unpack("!i", header)))
    except Exception:
        answer = traceback.format_exc().encode()
    sink.write(struct.pack("!i", len(answer)) + answer)
    sink.flush()
