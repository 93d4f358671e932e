"""Pickles values of every kind in every protocol and lists them with pickletools.

For each, two frames go out, the pickle and the lines of `pickletools.dis`; the end is an empty
frame. Other pickles, which CPython no longer writes, are made by hand.
"""

import array
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import io
import math
import pickle
import pickletools
import struct
import sys

sink = sys.stdout.buffer


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self):
        self.me, self.x = self, 1


class Slots:
    __slots__ = ("x",)


class Bag(list):
    def __init__(self, *items):
        super().__init__(items)
        self.name = "bag"


class Keywords(dict):
    def __new__(cls, *, x=0):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"x": 1}


def slots():
    value = Slots()
    value.x = 1
    return value


def send(body):
    sink.write(struct.pack("!i", len(body)) + body)


cycle = []
cycle.append((cycle, {"again": cycle}))
values = [
    None,
    [True, False],
    [sign * (2**bits + near) for bits in (7, 8, 15, 16, 31, 32, 63, 64, 2100)
     for sign in (1, -1) for near in (-1, 0, 1)],
    [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 123456789012345680.0, 1e-4, 1e-5, 5e-324, 1.5e300, 2e-3],
    [math.inf, -math.inf, math.nan, 2**53 + 0.0, 1.7976931348623157e308, 9007199254740993.0],
    ["", "a", "it's", 'say "x"', "both ' and \"", "\\ \n\r\t\0\x7f\x80\xa0\xad\xff", "\u20ac\u2028"],
    ["\U0001f600", "\ud800", "\udc00x", "e\u0301", "\ue000", "x" * 300, "\u3000", "\ufeff"],
    [b"", b"it's", b'"x"', b"'\"\\", bytes(range(256)), b"x" * 300, bytearray(b"ab\xff")],
    [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, set(), frozenset()],
    {"a": 1, (1, 2): [3], b"k": {"deep": {"deeper": [[[]]]}}},
    {1, 2, 3},
    frozenset({1}),
    [list(range(1001)), {n: n for n in range(1001)}],
    ["same", "same"] * 3 + [str(n) for n in range(300)] + ["7"],
    cycle,
    1 - 2j,
    datetime.datetime(2024, 1, 2, 3, 4, 5, 6, datetime.timezone.utc),
    [decimal.Decimal("1.5"), fractions.Fraction(1, 3)],
    [collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1, 2], 3)],
    [Colour.RED, {Colour.RED: 1}],
    [Plain(), Bag(1, 2), Keywords(x=1), ValueError("x", 1), Bag],
    [print, len, Ellipsis, NotImplemented, range(3), slice(1)],
    array.array("i", [1, 2]),
    {"long": "y" * 70000, "bytes": b"z" * 70000},
]

BY_HAND = [
    b"(I1\n(I2\n10.",  # POP_MARK, POP
    b"(I1\n0(01K\x01.",
    b"I01\nI00\n(l(t(d0\x80\x02.",
    b"K\x012\x86.",
    b"\x80\x02\x82\x05.",
    b"\x83\x05\x01.",
    b"\x84\x05\x01\x00\x00.",
    b"\x97\x98.",
    b"Pan id\n.",
    b"K\x01Q.",
    b"(K\x01ibuiltins\nlist\n.",
    b"(cbuiltins\nlist\nK\x01o.",
    b"U\x02abT\x03\x00\x00\x00abc\x86.",
    b"L12345678901234567890L\n.",
    b"\x8b\x04\x00\x00\x00\xff\xff\xff\xff.",
    b"\x8a\x00.",
    b"\x8d\x01\x00\x00\x00\x00\x00\x00\x00a.",
    b"\x8e\x01\x00\x00\x00\x00\x00\x00\x00a.",
    b"K\x05p7\n0g7\n.",
    b"K\x05r\x07\x01\x00\x000j\x07\x01\x00\x00.",
    b"V\\u20ac\\x\\U0001f600\n.",
    b"\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.",
]


def listing(body):
    out = io.StringIO()
    try:
        pickletools.dis(body, out)
    except ValueError:
        pass  # something is left on the stack: all is listed by then
    return "\n".join(line for line in out.getvalue().splitlines() if line[:1] != "h")


copyreg.pickle(Slots, lambda value: (Slots, (), (None, {"x": value.x})))
for body in BY_HAND:
    send(body)
    send(listing(body).encode())
for value in [*values, slots()]:
    for protocol in range(6):
        body = pickle.dumps(value, protocol)
        send(body)
        send(listing(body).encode())
send(b"")
sink.flush()
