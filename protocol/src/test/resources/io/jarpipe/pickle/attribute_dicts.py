"""Sends pickles in which dicts are attributes of objects, or only look so."""

import pickle
import struct
import sys


class Plain:
    pass


def send(value):
    data = pickle.dumps(value)
    sys.stdout.buffer.write(struct.pack("!i", len(data)) + data)
    sys.stdout.buffer.flush()


owner = Plain()
owner.a, owner.b = 1, {"c": 2}
send(owner)
send([owner, owner.__dict__])
send([Plain(), {"a": 1}])
send({"a": 1, "b": [{"c": 2}]})
sys.stdin.buffer.read()
