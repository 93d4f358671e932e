"""Loads the pickles it receives as frames and answers each with the value's type and ASCII representation."""

import pickle
import struct
import sys

source, sink = sys.stdin.buffer, sys.stdout.buffer


def text(value):
    if type(value) is int and value.bit_length() > 2000:
        return "%d#hex%s" % (value >> (value.bit_length() - 1), "0" * ((value.bit_length() - 1) // 4))
    return ascii(value)


while True:
    header = source.read(4)
    if not header:
        break
    try:
        value = pickle.loads(source.read(*struct.unpack("!i", header)))
        answer = "%s %s" % (type(value).__name__, text(value))
    except Exception as error:
        answer = "cannot load: %r" % error
    sink.write(struct.pack("!i", len(answer)) + answer.encode())
    sink.flush()
