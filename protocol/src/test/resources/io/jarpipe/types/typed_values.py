"""Sends values of the standard library's types, each with the Java value that it must become, and checks the echo.

To Java: a line with the expected description, then the pickle. Back: the description that Java gives, then a pickle.
The last frame is a report.
"""

import array
import collections
import concurrent.futures.process
import datetime
import decimal
import enum
import functools
import math
import pathlib
import pickle
import queue
import struct
import sys
import types
import uuid
import warnings
from multiprocessing import context, pool
from multiprocessing.reduction import ForkingPickler

try:
    import zoneinfo
except ImportError:  # CPython 3.8
    zoneinfo = None

warnings.filterwarnings("ignore", "The 'u' type code is deprecated", DeprecationWarning)

source, sink = sys.stdin.buffer, sys.stdout.buffer
UTC = datetime.timezone.utc
MICROSECOND = datetime.timedelta(microseconds=1)


def zone(*args, **kwargs):
    return datetime.timezone(datetime.timedelta(*args[:3], **kwargs), *args[3:])


# -- what Java must make of a value, told without a look at its pickle ------------------------------------------------


def offset_of(tz):
    """Returns the seconds of an unnamed timezone that Java has, or None."""
    if type(tz) is not datetime.timezone or (tz is not UTC and "'" in repr(tz)):
        return None
    offset = tz.utcoffset(None)
    if offset % datetime.timedelta(seconds=1) or abs(offset) > datetime.timedelta(hours=18):
        return None
    return offset // datetime.timedelta(seconds=1)


def times_on_the_clock(value):
    """Returns how often the clocks of a zone show a local time: 0, 1 or 2."""
    naive = value.replace(tzinfo=None, fold=0)
    shown = set()
    for fold in (0, 1):
        instant = (naive - value.replace(fold=fold).utcoffset()).replace(tzinfo=UTC)
        if instant.astimezone(value.tzinfo).replace(tzinfo=None, fold=0) == naive:
            shown.add(instant)
    return len(shown)


def describe_datetime(value):
    local = value.replace(tzinfo=None).isoformat(timespec="microseconds")
    tz = value.tzinfo
    if tz is None and not value.fold:
        return "LocalDateTime " + local
    if offset_of(tz) is not None and not value.fold:
        return "OffsetDateTime %s %d" % (local, offset_of(tz))
    cached = zoneinfo and type(tz) is zoneinfo.ZoneInfo and tz is zoneinfo.ZoneInfo(tz.key)
    if cached and value.fold < times_on_the_clock(value):
        return "ZonedDateTime %s %d %s" % (local, value.utcoffset().total_seconds(), tz.key)
    return "PyDateTime %s %d %s" % (local, value.fold, "-" if tz is None else "tz")


def describe_time(value):
    local = value.replace(tzinfo=None).isoformat(timespec="microseconds")
    tz = value.tzinfo
    if tz is None and not value.fold:
        return "LocalTime " + local
    if offset_of(tz) is not None and not value.fold:
        return "OffsetTime %s %d" % (local, offset_of(tz))
    return "PyTime %s %d %s" % (local, value.fold, "-" if tz is None else "tz")


def describe_decimal(value):
    exponent = value.as_tuple().exponent
    plain = value.is_finite() and not (value.is_zero() and value.is_signed()) and -(2**31) < exponent <= 2**31
    return ("BigDecimal " if plain and len(str(value)) <= 4300 else "PyDecimal ") + str(value)


JAVA_EXCEPTIONS = ("builtins", "multiprocessing.context", "queue", "_queue")


def describe_exception(value, protocol):
    kind = type(value)
    if kind.__module__ not in JAVA_EXCEPTIONS and value.__cause__ is None:
        return "PyObject"
    name = kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__
    if protocol < 3 and isinstance(value, OSError) and kind is not BlockingIOError:
        name = "OSError"  # Lib/_compat_pickle.py; the error number makes the subclass
    args = value.__reduce__()[1]
    text = " ".join(str(arg) if type(arg) in (int, str) else type(arg).__name__ for arg in args)
    notes = " ".join(getattr(value, "__notes__", []))
    return "PyException %s [%s] [%s] %s" % (name, text, notes, value.__cause__ is not None)


def describe(value, protocol):
    kind = type(value)
    if kind is list:
        return "[%s]" % "; ".join(describe(element, protocol) for element in value)
    if kind is dict:
        return "{%s}" % "; ".join("%s: %s" % (describe(k, protocol), describe(v, protocol)) for k, v in value.items())
    if kind is datetime.date:
        return "LocalDate " + value.isoformat()
    if kind is datetime.datetime:
        return describe_datetime(value)
    if kind is datetime.time:
        return describe_time(value)
    if kind is datetime.timedelta:
        return "Duration %d" % (value // MICROSECOND)
    if kind is decimal.Decimal:
        return describe_decimal(value)
    if kind is uuid.UUID:
        return "PyObject" if value.is_safe is not uuid.SafeUUID.unknown else "UUID %s" % value
    if kind is array.array and value.typecode in "bBhHiIlLqQfduw":
        return "PyArray %s %s" % (value.typecode, value.tobytes().hex())
    if isinstance(value, BaseException):
        return describe_exception(value, protocol)
    if kind is int:
        return "Long %d" % value
    return "PyObject"


# -- the values -------------------------------------------------------------------------------------------------------


class MyDate(datetime.date):
    pass


class MyDateTime(datetime.datetime):
    pass


class MyDecimal(decimal.Decimal):
    pass


class MyArray(array.array):
    pass


class MyUUID(uuid.UUID):
    pass


class MyError(ValueError):
    pass


class MyZone(datetime.tzinfo):
    def utcoffset(self, value):
        return datetime.timedelta(hours=3)

    def dst(self, value):
        return None

    def tzname(self, value):
        return "mine"

    def __eq__(self, other):
        return type(other) is MyZone

    __hash__ = None

    def __reduce__(self):
        return MyZone, (), self.__dict__ or None


class Color(enum.Enum):
    RED = 1


Pair = collections.namedtuple("Pair", "left right")


def times():
    D, T, Z = datetime.datetime, datetime.time, datetime.timezone
    yield from (datetime.date.min, datetime.date.max, datetime.date(1582, 10, 10), datetime.date(2024, 2, 29))
    yield from (D.min, D.max, D(1582, 10, 10), D(2024, 10, 27, 2, 30), D(2024, 10, 27, 2, 30, fold=1), D(1, 2, 3, 4, 5, 6, 7))
    yield from (D(1900, 12, 31, 23, 59, 59, 999999), D.max.replace(fold=1), D(2024, 1, 1, microsecond=65536 * 2 + 257))
    yield from (D(2024, 1, 1, tzinfo=UTC), D.min.replace(tzinfo=UTC), D.max.replace(tzinfo=UTC, fold=1))
    for seconds in (3600, -3600, 1, -1, 18 * 3600, -18 * 3600, 18 * 3600 + 1, -18 * 3600 - 1, 86399, -86399, 20700, 0):
        tz = zone(0, seconds)
        yield from (D(2024, 1, 1, 1, tzinfo=tz), T(1, 2, 3, 4, tzinfo=tz), D.max.replace(tzinfo=tz))
    for tz in (zone(0, 3600, 0, "CET"), zone(0, 0, 0, "UTC"), zone(0, 0, 0, ""), zone(0, 0, 1), zone(0, -1, 999999), MyZone()):
        yield from (D(2024, 1, 1, tzinfo=tz), T(1, tzinfo=tz), D(2024, 1, 1, tzinfo=tz, fold=1), T(1, tzinfo=tz, fold=1), tz)
    yield from (T.min, T.max, T(1, fold=1), T(1, 2, 3, 4), T(23, 59, 59, 999999, fold=1), T.max.replace(tzinfo=UTC), UTC)
    if zoneinfo:
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
        for key in ("Europe/Berlin", "UTC", "Asia/Kolkata", "America/New_York", "Etc/GMT+5", "Africa/Monrovia", "Pacific/Apia"):
            tz = zoneinfo.ZoneInfo(key)
            yield from (D(2024, 1, 1, tzinfo=tz), D(1850, 1, 1, tzinfo=tz), D(2024, 7, 1, 1, tzinfo=tz), tz, T(1, tzinfo=tz))
            yield from (D(2011, 12, 30, 5, tzinfo=tz), D(2024, 1, 1, tzinfo=tz, fold=1), D(2024, 11, 3, 1, 30, tzinfo=tz, fold=1))
            yield D(9999, 12, 30, tzinfo=tz)
        for fold in (0, 1):
            for hour in (1, 2, 3):
                yield D(2024, 10, 27, hour, 30, tzinfo=berlin, fold=fold)  # twice on the clock
                yield D(2024, 3, 31, hour, 30, tzinfo=berlin, fold=fold)  # never
        yield D(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo.no_cache("Europe/Berlin"))
    yield from (MyDate(2024, 1, 1), MyDateTime(2024, 1, 1))


def deltas():
    D = datetime.timedelta
    yield from (D(), D.min, D.max, D(1), D(-1), D(microseconds=1), D(microseconds=-1), D(seconds=-1), D(-1, 86399, 999999), D(1, 2, 3))


def decimals():
    for text in (
        "0 -0 0.00 -0.00 0E+3 -0E+3 0E-7 1 -1 1.50 -1.50 1E-7 1E+7 1.0E+7 123E-9 0.000001 0.0000001 1E+999999 -1E-999999 "
        "NaN -NaN sNaN -sNaN NaN123 sNaN5 Infinity -Infinity 1E+2147483647 1E+2147483648 1E+2147483649 1E-2147483647 "
        "1E-2147483648 1E-2147483649 1.5E+2147483648 1.5E-2147483647 123456789012345678901234567890.123456789"
    ).split():
        yield decimal.Decimal(text)
    if sys.maxsize > 2**32:
        yield from (decimal.Decimal("1E+999999999999999999"), decimal.Decimal("-1E-1999999999999999997"))
    yield from (decimal.Decimal("9" * 4300), decimal.Decimal("9" * 4301), decimal.Decimal("-" + "9" * 20000 + ".5"), MyDecimal("1"))


def arrays():
    for code in "bhilq":
        bits = 8 * array.array(code).itemsize - 1
        yield from (array.array(code), array.array(code, [0, 1, -1, 2**bits - 1, -(2**bits)]), array.array(code, range(100)))
    for code in "BHILQ":
        bits = 8 * array.array(code).itemsize
        yield from (array.array(code), array.array(code, [0, 1, 2 ** (bits - 1), 2**bits - 1]))
    for code in "fd":
        yield from (array.array(code), array.array(code, [0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 2.0**-149, 2.0**127]))
    for code in "uw":
        if code in array.typecodes:
            yield from (array.array(code, ""), array.array(code, "a\xe9\u20ac\U0001f600"))
    for code in ("e", "Zf", "Zd"):
        if code in array.typecodes:
            yield array.array(code, [1.5])
    yield MyArray("i", [1])


class Foreign:
    """Pickles as an array from a machine of another kind."""

    def __init__(self, code, machine, data):
        self.args = array.array, code, machine, data

    def __reduce__(self):
        return array._array_reconstructor, self.args


def foreign_arrays():
    data = bytes(range(1, 17))
    for machine in range(14):
        for code in "bBhHiIlLqQ":
            yield Foreign(code, machine, data)
    for code, machine in (("f", 14), ("f", 15), ("d", 16), ("d", 17)):
        yield Foreign(code, machine, struct.pack("<2d", 1.5, -2.5) if machine < 16 else struct.pack(">2d", 1.5, -2.5))
    yield Foreign("u", 21, "a\U0001f600".encode("utf-32-be"))
    if "w" in array.typecodes:
        yield Foreign("w", 21, "a\U0001f600".encode("utf-32-be"))


def uuids():
    for number in (0, 5, 2**63 - 1, 2**63, 2**64, 2**64 - 1, 2**127, 2**128 - 1):
        yield uuid.UUID(int=number)
    yield from (uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe), uuid.UUID(int=5, is_safe=uuid.SafeUUID.unsafe), MyUUID(int=5))


def exceptions():
    for name, kind in sorted(vars(__import__("builtins")).items()):
        if isinstance(kind, type) and issubclass(kind, BaseException) and name == kind.__name__:
            if issubclass(kind, UnicodeError) and kind is not UnicodeError:
                start = ("utf-8", b"x") if kind is UnicodeDecodeError else ("utf-8", "x") if kind is UnicodeEncodeError else ("x",)
                yield kind(*start, 0, 1, "reason")
            elif "Group" in name:
                yield kind("group", [ValueError("a"), KeyError(1)])
            else:
                yield from (kind(), kind("text"))
                if not issubclass(kind, SyntaxError):
                    yield kind("text", 2)
    yield from (OSError(2, "No such file", "name"), OSError(2, "x", "a", None, "b"), OSError(1, "x"), SystemExit(3), KeyError(None))
    yield from (queue.Empty(), queue.Full("f"), context.TimeoutError("t"), context.ProcessError(), context.AuthenticationError("a"))
    yield from (context.BufferTooShort(b"data"), MyError("mine"), ImportError("x", name="n", path="p"), ValueError([1, (2,)]))
    if sys.version_info >= (3, 10):
        yield AttributeError("x", name="n", obj=3)
    noted = ValueError("noted")
    noted.__notes__ = ["first", "second"]  # what add_note does from 3.11 on
    attributed = ValueError("a")
    attributed.number, attributed.group = 5, [attributed]
    argument = []
    argument.append(KeyError(argument))
    yield from (noted, attributed, argument[0], RuntimeError(noted))


def raised():
    """Exceptions as a pool's workers send them."""
    for make in (lambda: 1 // 0, lambda: {}["k"], lambda: int("x"), lambda: open("/nowhere/at/all")):
        try:
            make()
        except Exception as error:
            yield pool.ExceptionWithTraceback(error, error.__traceback__)
            yield concurrent.futures.process._ExceptionWithTraceback(error, error.__traceback__)
    yield pool.ExceptionWithTraceback(MyError("mine"), None)


def others():
    yield from (range(3), slice(1, 2), Ellipsis, NotImplemented, collections.OrderedDict(a=1), collections.Counter("ab"))
    yield from (collections.defaultdict(list, a=[1]), collections.deque([1], 3), Pair(1, 2), pathlib.PurePosixPath("/a/b"))
    yield from (functools.partial(int, base=2), [1].count, Color.RED, len, MyDate, collections.ChainMap({1: 2}))


def shared():
    for value in (datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, tzinfo=UTC), decimal.Decimal("1.5"), uuid.UUID(int=9)):
        yield [value, value]
        yield {value: value}
    error, numbers = ValueError("x"), array.array("i", [1])
    yield from ([error, error], [numbers, numbers], {uuid.UUID(int=i): i for i in range(300)}, {error: 1, ValueError("x"): 2})
    tz = MyZone()
    yield [datetime.datetime(2024, 1, 1, tzinfo=tz), datetime.time(1, tzinfo=tz), tz]
    yield {datetime.datetime(2024, 1, 1, tzinfo=zone(0, 1, 0, "x")): 1, datetime.datetime(2024, 1, 1, fold=1): 2}


# -- checks -----------------------------------------------------------------------------------------------------------


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, dict)):
        same_parts = all(same(x, y) for x, y in zip(a, b))
        if isinstance(a, dict):
            same_parts = same_parts and all(same(x, y) for x, y in zip(a.values(), b.values()))
            return same_parts and len(a) == len(b) and all((k is v) == (l is w) for (k, v), (l, w) in zip(a.items(), b.items()))
        pairs = [(i, j) for i in range(len(a)) for j in range(i)]
        return same_parts and len(a) == len(b) and all((a[i] is a[j]) == (b[i] is b[j]) for i, j in pairs)
    if isinstance(a, BaseException):
        return same_exception(a, b)
    if isinstance(a, (datetime.datetime, datetime.time)):
        zones = (a.tzinfo is None) == (b.tzinfo is None) and type(a.tzinfo) is type(b.tzinfo)
        singleton = a.tzinfo is UTC or (zoneinfo and a.tzinfo is zoneinfo.ZoneInfo(getattr(a.tzinfo, "key", None) or "UTC"))
        if not zones or a.fold != b.fold or (singleton and a.tzinfo is not b.tzinfo):
            return False
        return a.replace(tzinfo=None) == b.replace(tzinfo=None) and repr(a) == repr(b) or isinstance(a.tzinfo, MyZone)
    if isinstance(a, uuid.UUID) and a.is_safe is not b.is_safe:
        return False
    if isinstance(a, array.array):
        return (a.typecode, a.tobytes()) == (b.typecode, b.tobytes())
    if isinstance(a, types.BuiltinMethodType) and isinstance(a.__self__, list):
        return a.__name__ == b.__name__ and a.__self__ == b.__self__
    if isinstance(a, (MyZone, collections.ChainMap, range, slice, functools.partial)) or callable(a):
        return a == b or repr(a) == repr(b)
    return repr(a) == repr(b)


def same_exception(a, b):
    texts = (repr, str, lambda e: [repr(arg) for arg in e.args], lambda e: sorted(map(repr, vars(e))), lambda e: repr(e.__cause__))
    if [text(a) for text in texts] != [text(b) for text in texts] or str(a.__cause__) != str(b.__cause__):
        return False
    if getattr(a, "__notes__", None) != getattr(b, "__notes__", None) or getattr(a, "number", None) != getattr(b, "number", None):
        return False
    if hasattr(a, "group"):
        return b.group[0] is b
    if isinstance(a, KeyError) and a.args and isinstance(a.args[0], list):
        return len(b.args[0]) == 1 and b.args[0][0].args[0] is b.args[0]
    return True


def exchange(data):
    sink.write(struct.pack("!i", len(data)) + data)
    sink.flush()
    return source.read(*struct.unpack("!i", source.read(4)))


def check(data, protocol):
    """Returns what is wrong with the echo of a pickle, or nothing."""
    reference = pickle.loads(data)
    expected = describe(reference, protocol)
    actual, answer = exchange(expected.encode("unicode_escape") + b"\n" + data).split(b"\n", 1)
    if actual.decode("unicode_escape") != expected:
        return "%.300s, expected %.300s" % (actual.decode(), expected)
    try:
        returned = pickle.loads(answer)
    except Exception as error:
        return "cannot load: %r" % error
    return "" if same(reference, returned) else "returned as %.300r" % (returned,)


def main():
    total = failed = 0
    groups = (times, deltas, decimals, arrays, foreign_arrays, uuids, exceptions, raised, others, shared)
    pickles = []
    for protocol in range(6):
        for group in groups:
            for value in group():
                try:
                    pickles.append((protocol, value, pickle.dumps(value, protocol)))
                except (TypeError, ValueError, pickle.PicklingError, AttributeError) as error:
                    if group is not others:
                        print("not pickled: %r: %r" % (value, error), file=sys.stderr)
    import multiprocessing.managers  # from here on arrays are pickled in another way

    for protocol in range(6):
        pickles.extend((protocol, value, bytes(ForkingPickler.dumps(value, protocol))) for value in arrays())
    assert multiprocessing.managers
    for protocol, value, data in pickles:
        try:
            pickle.loads(data)
        except Exception:
            continue  # what CPython itself does not load again
        total += 1
        problem = check(data, protocol)
        if problem:
            failed += 1
            print("protocol %d: %.200r: %s" % (protocol, value, problem), file=sys.stderr)
    report = b"report: %d values, %d changed" % (total, failed)
    sink.write(struct.pack("!i", len(report)) + report)
    sink.flush()


main()
