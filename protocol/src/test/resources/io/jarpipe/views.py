"""Sends one dict of containers and paths, pickled in each protocol."""

import collections
import pathlib
import pickle
import struct
import sys


class MyDict(dict):
    pass


class MyList(list):
    pass


class MyTuple(tuple):
    pass


class MySet(set):
    pass


class MyError(Exception):
    pass


class Plain:
    pass


Pair = collections.namedtuple("Pair", "left right")
items = {"a": 1, "b": 2}
objects = {
    "OrderedDict": collections.OrderedDict(items),
    "defaultdict": collections.defaultdict(list, items),
    "Counter": collections.Counter(items),
    "MyDict": MyDict(items),
    "deque": collections.deque([1, 2]),
    "empty deque": collections.deque([], 3),
    "Pair": Pair(1, 2),
    "MyList": MyList([1, 2]),
    "MyTuple": MyTuple([1, 2]),
    "MySet": MySet([1, 2]),
    "Path": pathlib.Path("/a/b c/d"),
    "relative": pathlib.PurePosixPath("a"),
    "empty": pathlib.Path(""),
    "Plain": Plain(),
    "MyError": MyError("x", 2),
}
for protocol in range(6):
    body = pickle.dumps(objects, protocol)
    sys.stdout.buffer.write(struct.pack("!i", len(body)) + body)
    sys.stdout.buffer.flush()
