"""Sends values as framed pickles, receives them back and reports how many have changed."""

import array
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import ipaddress
import math
import multiprocessing.managers
import pathlib
import pickle
import queue
import random
import re
import socket
import struct
import sys
import types
import uuid

source, sink = sys.stdin.buffer, sys.stdout.buffer


class Color(enum.Enum):
    RED = 1
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Keywords:
    def __new__(cls, *, x):
        self = object.__new__(cls)
        self.x = x
        return self

    def __getnewargs_ex__(self):
        return (), {"x": self.x}


class MyList(list):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyInt(int):
    pass


class MyStr(str):
    pass


class Outer:
    class Inner:
        pass


def apply_state(target, state):
    target.__dict__.update(state, applied=True)


class WithSetter:
    def __reduce__(self):
        return (Plain, (), {"q": 1}, None, None, apply_state)


Pair = collections.namedtuple("Pair", "left right")


def same(a, b, seen):
    """Compares by exact type, value, order of dicts, sharing and cycles."""
    if id(a) in seen:
        return seen[id(a)] is b
    if type(a) is not type(b):
        return False
    if a is None or isinstance(a, (bool, types.FunctionType, types.ModuleType, type, enum.Enum)):
        return a is b or a == b
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))
    if type(a) in (int, str, bytes, complex, decimal.Decimal):
        return repr(a) == repr(b)
    if isinstance(a, types.BuiltinMethodType):
        return a.__name__ == b.__name__ and same(a.__self__, b.__self__, seen)
    seen[id(a)] = b
    if isinstance(a, (list, tuple, collections.deque)):
        if not (len(a) == len(b) and all(same(x, y, seen) for x, y in zip(a, b))):
            return False
    elif isinstance(a, dict):
        pairs = list(zip(a, b)) + list(zip(a.values(), b.values()))
        if not (len(a) == len(b) and all(same(x, y, seen) for x, y in pairs)):
            return False
    elif isinstance(a, (set, frozenset)):
        if len(a) != len(b):
            return False
        if all(type(x) in (int, str, bytes, tuple, frozenset, uuid.UUID, Color) for x in a):
            return a == b
    elif isinstance(a, BaseException):
        return same(a.args, b.args, seen) and same(a.__dict__, b.__dict__, seen)
    elif not hasattr(a, "__dict__") or type(a).__eq__ is not object.__eq__:
        return same_state(a, b, seen) if isinstance(a, (Slots, types.SimpleNamespace)) else a == b or repr(a) == repr(b)
    return same(a.__dict__, b.__dict__, seen) if hasattr(a, "__dict__") else True


def same_state(a, b, seen):
    if isinstance(a, Slots):
        return same(a.a, b.a, seen) and same(a.b, b.b, seen)
    return same(a.__dict__, b.__dict__, seen)


def edge_cases():
    yield from (None, True, False, 0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1)
    yield from (2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**200, -(2**2100), 2**2040 - 1)
    yield from (0.0, -0.0, 1.5, 5e-324, math.inf, -math.inf, math.nan, 1j, complex(math.inf, -0.0))
    yield from ("", "a", "\xe9", "\U0001f600", "\ud800x", "a\n\\u0041\\\\u1\r\x00\x1a", "\ufffd" * 3, "x" * 70000)
    yield from (b"", b"a", bytes(range(256)), b"z" * 70000, bytearray(), bytearray(b"ab"), bytearray(70000))
    yield from ([], [1], [1, [2, [3]]], list(range(3000)), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),)))
    yield from ({}, {1: 2}, {"a": {"b": []}}, {i: str(i) for i in range(2500)}, {b"k": 1, (1, b"x"): {}})
    yield from (set(), {1, 2}, {b"a", "b"}, frozenset(), frozenset({1, (2, b"x")}), {frozenset({1}): 2})
    yield from (Color.RED, {Color.RED: 1, Color.BLUE: 2}, Level.LOW, Plain(a=1), Plain(), Slots(1, [2]), Keywords(x=3))
    yield from (MyList([1]), MyDict(a=1), MySet([1]), MyInt(5), MyStr("x"), Outer.Inner(), Outer.Inner, WithSetter)
    yield from (Pair(1, 2), {Pair(1, 2): 3}, datetime.datetime(2024, 10, 27, 1, fold=1), datetime.date(1582, 1, 1))
    yield from (datetime.timedelta(1, 2, 3), datetime.timezone.utc, datetime.time(1, 2, 3, 4))
    yield from (decimal.Decimal("-0"), decimal.Decimal("sNaN1"), decimal.Decimal("1E-7"), fractions.Fraction(1, 3))
    yield from (uuid.UUID(int=7), {uuid.UUID(int=i) for i in range(500)}, ipaddress.ip_address("::1"))
    yield from (collections.OrderedDict(b=1, a=2), collections.defaultdict(list, a=[1]), collections.deque([1], 3))
    yield from (collections.Counter("aab"), collections.ChainMap({"a": 1}), types.SimpleNamespace(a=[1]))
    yield from (pathlib.PurePosixPath("/a"), range(3, 9, 2), slice(1, 2), re.compile("a+", re.I), functools.partial(int, base=2))
    yield from (len, print, int, Ellipsis, NotImplemented, [1].append, "x".join, copyreg.__newobj__, socket.AF_UNIX)
    yield from (array.array(code, [1, 2]) for code in "bBhHiIlLqQfd")
    yield from (ValueError("x", 2), OSError(2, "x"), KeyError("k"), queue.Empty(), StopIteration(1))
    yield multiprocessing.managers.Token("Queue", ("127.0.0.1", 5), "id")
    yield multiprocessing.managers.RemoteError("trace")


def graphs():
    shared, loop, ring = [1], [], ([],)
    loop.append(loop)
    ring[0].append(ring)
    yield [shared, shared, [1]]
    yield loop
    yield ring
    node, other = Plain(), Plain()
    node.me, node.other, other.group, other.table = node, other, {node, other}, {node: 1, other: 2}
    yield node
    members = MyList()
    members.append(members)
    members.name = members
    yield members
    mapping = MyDict()
    mapping["me"] = (mapping, [mapping])
    yield mapping
    nested = []
    for _ in range(200):
        nested = [nested]
    yield nested
    yield from attributes()


def attributes():
    """Dicts of attributes that are more than that, and dicts that only look like attributes."""
    owner = Plain(a=1)
    yield [owner, owner.__dict__]
    yield [owner.__dict__, owner]
    yield (Outer.Inner(), {"a": 1}, Outer.Inner(), {})
    looped, numbered = Plain(), Plain(a=1)
    looped.all = looped.__dict__
    yield looped
    numbered.__dict__[5] = numbered
    yield numbered
    yield Plain(**{"x%d" % index: index for index in range(2500)})
    yield {"a": 1, "b": {"c": Plain(d={"e": 2})}}


def random_value(rng, depth, pool):
    if pool and rng.random() < 0.15:
        return rng.choice(pool)
    kind = rng.randrange(16 if depth else 8)
    make = lambda: random_value(rng, depth - 1, pool)  # noqa: E731
    key = lambda: rng.choice((rng.randrange(50), "k%d" % rng.randrange(50), b"%d" % rng.randrange(50), (rng.randrange(9),)))  # noqa: E731
    count = rng.randrange(5)
    if kind < 8:
        return (
            None,
            rng.random() < 0.5,
            rng.randrange(-(2 ** rng.randrange(1, 80)), 2 ** rng.randrange(1, 80)),
            rng.uniform(-1e6, 1e6),
            "".join(chr(rng.choice((97, 233, 0x4E2D, 0xD801, 0x1F600))) for _ in range(count)).replace("\ud801", "\ud801."),
            bytes(rng.randrange(256) for _ in range(count)),
            bytearray(rng.randrange(256) for _ in range(count)),
            rng.choice(list(Color)),
        )[kind]
    value = (
        lambda: [make() for _ in range(count)],
        lambda: tuple(make() for _ in range(count)),
        lambda: {key(): make() for _ in range(count)},
        lambda: {key() for _ in range(count)},
        lambda: frozenset(key() for _ in range(count)),
        lambda: Plain(a=make(), b=make()),
        lambda: MyList([make() for _ in range(count)]),
        lambda: Slots(make(), make()),
    )[kind - 8]()
    pool.append(value)
    return value


def exchange(data):
    sink.write(struct.pack("!i", len(data)) + data)
    sink.flush()
    return source.read(*struct.unpack("!i", source.read(4)))


def main():
    rng = random.Random(7)
    values = list(edge_cases()) + list(graphs()) + [random_value(rng, 4, []) for _ in range(300)]
    total = changed = 0
    for value in values:
        for protocol in range(6):
            try:
                data = pickle.dumps(value, protocol)
            except (TypeError, ValueError, RecursionError, pickle.PicklingError):
                continue
            answer = exchange(data)
            total += 1
            try:
                equal = same(pickle.loads(data), pickle.loads(answer), {})
            except Exception as error:
                equal = False
                print("protocol %d: %.200a: %r, %.200a" % (protocol, value, error, answer), file=sys.stderr)
            else:
                if not equal:
                    print("protocol %d: %.200a became %.200a" % (protocol, value, pickle.loads(answer)), file=sys.stderr)
            changed += not equal
    report = ("report: %d values, %d changed" % (total, changed)).encode()
    sink.write(struct.pack("!i", len(report)) + report)
    sink.flush()


main()
