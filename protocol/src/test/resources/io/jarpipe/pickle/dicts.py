"""Sends dicts of every kind, and objects with attributes, in every protocol.

With "changed" as its argument it changes its dicts as Java does, and compares them with those that come back.
"""

import pickle
import pickletools
import struct
import sys


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def send(data):
    sys.stdout.buffer.write(struct.pack("!i", len(data)) + data)
    sys.stdout.buffer.flush()


def receive():
    (length,) = struct.unpack("!i", sys.stdin.buffer.read(4))
    return sys.stdin.buffer.read(length)


def dicts():
    shared = "".join(["sha", "red"])
    loop = {"a": 1, "b": 2}
    loop["c"] = loop
    yield {}
    yield {"only": None}
    yield {"a": 0, "b": 255, "c": 256, "d": 65535, "e": 65536, "f": -1, "g": 2**31, "h": -(2**63), "i": 2**80}
    yield {"id": 12345, "name": "alice", "score": 0.75, "active": True, "gone": None, "idle": False}
    yield {"a": shared, "b": shared, "shared": [shared, "a", "b"], "c": {"a": {"b": "c"}}}
    yield {"a": [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"b": 5, "a": 6}, {"a": 7}], "b": ("a", "b")}
    yield {"attribute_a": 1, "attribute_b": 2, "attribute_c": "three", "d": 4}
    yield {"x" * length: length for length in range(1, 30)}
    yield {"short": "x" * 24, "longer": "x" * 25, "long": "x" * 255, "longest": "x" * 256}
    yield {"\xe4": "\xf6", "\u6771\u4eac": "\U0001f40d", "\udc80": "\ud800", "": ""}
    yield {"?": 1, "b": 2}
    yield {"k%d" % index: index for index in range(64)}
    yield {"k%d" % index: index for index in range(65)}
    yield {"k%d" % index: str(index) for index in range(2500)}
    yield {1: "a", 2: "b"}
    yield {"a": 1, 2: "b", None: 3, (4, "d"): 5, b"e": 6, 0.5: 7, True: 8}
    yield {1.5: "a", "b": 2}
    yield {"AaAa": 1, "BBBB": 2, "AaBB": 3, "BBAa": 4}  # one hash in Java
    yield loop


def change(values):
    """Does to each dict what the test does in Java."""
    values["new"] = 1
    for key in list(values)[:2]:
        values[key] = "changed"
    del values[next(iter(values))]


def main():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for values in dicts():
            rows = [values, dict(values), dict(reversed(list(values.items())))]
            if sys.argv[1] == "changed":
                send(pickle.dumps(rows, protocol))
                back = pickle.loads(receive())
                for row in rows:
                    change(row)
                assert [list(row) for row in back] == [list(row) for row in rows]
                assert repr(back) == repr(rows), (back, rows)
            else:
                send(pickle.dumps(values, protocol))
                send(pickletools.optimize(pickle.dumps(values, protocol)))
                send(pickle.dumps(rows, protocol))
                send(pickle.dumps(Plain(**{str(key): values[key] for key in values}), protocol))
    send(b"end")
    sys.stdin.buffer.read()


main()
