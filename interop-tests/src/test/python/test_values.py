"""Items through Java: plain data of every kind, objects Java does not know, declared types."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import uuid
from typing import Any, NamedTuple

import jarpipe
from support import WORKERS, Remote, TestCase, environment, pickled_length, semaphore_value

LONGEST_MESSAGE = 1 << 20


@dataclasses.dataclass
class Point:
    """A class that Java has never heard of."""

    x: int
    label: str
    others: list[Point] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    """A subclass of tuple."""

    left: int
    right: str


class Colour(enum.Enum):
    """An enumeration."""

    RED = 1


class CustomError(Exception):
    """An exception with an attribute."""


class Slotted:
    """Has no `__dict__`."""

    __slots__ = ("value",)
    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slotted) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]


INTEGERS = [
    0,
    *(sign * (1 << bits) + near for bits in (7, 8, 15, 16, 31, 32, 63, 64, 1023, 2048)
      for sign in (1, -1) for near in (-1, 0, 1)),
    10**4000,
]  # fmt: skip

PLAIN: list[Any] = [
    None,
    True,
    False,
    *INTEGERS,
    0.0,
    -0.0,
    0.1,
    5e-324,
    1.7976931348623157e308,
    math.inf,
    -math.inf,
    math.nan,
    1 - 2j,
    "",
    "text",
    "\0",
    "\u00e4\u20ac\U0001f600",
    "a" * 300,
    "\U0001f600" * 20_000,
    b"",
    bytes(range(256)),
    b"x" * 70_000,
    bytearray(b""),
    bytearray(b"changeable"),
    (),
    (1,),
    (1, 2),
    (1, 2, 3),
    (1, 2, 3, 4),
    [],
    [1, [2, [3, [None]]]],
    list(range(2500)),
    {},
    {"z": 1, "a": 2, "m": {"deep": (1, [2])}},
    {n: str(n) for n in range(2500)},
    {1: "int", "1": "str", b"1": "bytes", (1, 2): "tuple", None: "none", 1.5: "float"},
    {frozenset({1}): "frozenset"},
    set(),
    {1, "two", b"three", (4,)},
    frozenset(),
    frozenset({1, frozenset({2})}),
    [None, True, 1, 1.0, "1", b"1", (1,), [1], {1: 1}, {1}, frozenset({1})],
]

UNKNOWN: list[Any] = [
    Point(1, "one", [Point(2, "two")]),
    Pair(1, "right"),
    Colour.RED,
    decimal.Decimal("-1.50"),
    fractions.Fraction(1, 3),
    datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc),
    datetime.timedelta(days=1, microseconds=1),
    collections.OrderedDict([("z", 1), ("a", 2)]),
    collections.Counter("abracadabra"),
    collections.defaultdict(list, {"a": [1]}),
    collections.deque([1, 2], maxlen=5),
    uuid.UUID(int=1),
    pathlib.PurePosixPath("/a/b"),
    range(1, 10, 2),
    len,
    Point,
    datetime.timezone(datetime.timedelta(hours=1), "CET"),
]


def shape(value: Any) -> Any:
    """Return something equal for values that are equal in type, content and order."""
    kind = type(value)
    if kind is float:
        return kind, value.hex()
    if kind is dict:
        return kind, [(shape(key), shape(element)) for key, element in value.items()]
    if kind in (list, tuple):
        return kind, [shape(element) for element in value]
    if kind in (set, frozenset):
        return kind, frozenset(repr(shape(element)) for element in value)
    return kind, value


class ValuesTest(TestCase):
    """What a worker takes and puts again arrives as it was."""

    def echo(self, *items: Any) -> list[Any]:
        """Send items through a worker."""
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::echo", jobs, results, "the end of the items")
        for item in items:
            jobs.put(item)
        jobs.put("the end of the items")
        returned = [self.get(results) for _ in items]
        self.join(worker)
        return returned

    def test_plain_data_returns_with_its_types_and_order(self) -> None:
        for sent, returned in zip(PLAIN, self.echo(*PLAIN)):
            self.assertTrue(shape(sent) == shape(returned), f"{sent!r:.200} -> {returned!r:.200}")

    def test_objects_unknown_to_java_return_unchanged(self) -> None:
        for sent, returned in zip(UNKNOWN, self.echo(*UNKNOWN)):
            self.assertEqual((type(returned), returned), (type(sent), sent))
        self.assertEqual(self.echo(UNKNOWN), [UNKNOWN])

    def test_state_of_unknown_objects_returns(self) -> None:
        error = CustomError("message", 2)
        error.attribute = [1]  # type: ignore[attr-defined]
        slotted = Slotted()
        slotted.value = {"a": 1}
        os_error = FileNotFoundError(2, "No such file", "name")
        returned: list[Any] = self.echo(error, slotted, os_error, KeyError("k"))
        self.assertIs(type(returned[0]), CustomError)
        self.assertEqual((returned[0].args, returned[0].attribute), (("message", 2), [1]))
        self.assertEqual(returned[1], slotted)
        self.assertIs(type(returned[2]), FileNotFoundError)
        self.assertEqual(returned[2].filename, "name")
        self.assertEqual(repr(returned[3]), "KeyError('k')")

    def test_sharing_and_cycles_return(self) -> None:
        shared = Point(1, "shared")
        cycle: list[Any] = [shared, {"same": shared}]
        cycle.append(cycle)
        shared.others.append(shared)
        (returned,) = self.echo(cycle)
        self.assertIs(returned[0], returned[1]["same"])
        self.assertIs(returned[2], returned)
        self.assertIs(returned[0].others[0], returned[0])

    def test_java_sees_the_documented_classes(self) -> None:
        expected = [
            (None, "null"),
            (True, "Boolean"),
            (2**63 - 1, "Long"),
            (-(2**63), "Long"),
            (2**63, "BigInteger"),
            (0.5, "Double"),
            (1j, "PyComplex"),
            ("s", "String"),
            (b"b", "byte[]"),
            (bytearray(b"b"), "PyByteArray"),
            ((1,), "PyTuple"),
            ([1], "ArrayList"),
            ({1: 1}, "PyDict"),
            ({1}, "LinkedHashSet"),
            (frozenset({1}), "PyFrozenSet"),
            (len, "PyGlobal"),
            (Point(1, ""), "PyObject"),
            (collections.OrderedDict(a=1), "PyObject"),
            (datetime.date(2024, 2, 29), "LocalDate"),
            (datetime.datetime(2024, 2, 29), "LocalDateTime"),
            (datetime.datetime(2024, 2, 29, fold=1), "PyDateTime"),
            (datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc), "OffsetDateTime"),
            (datetime.time(1), "LocalTime"),
            (datetime.time(1, tzinfo=datetime.timezone.utc), "OffsetTime"),
            (datetime.timedelta(1), "Duration"),
            (decimal.Decimal("1.50"), "BigDecimal"),
            (decimal.Decimal("-0"), "PyDecimal"),
            (uuid.UUID(int=1), "UUID"),
            (array.array("d", [1.5]), "PyArray"),
            (ValueError("x"), "PyException"),
            (CustomError("x"), "PyObject"),
        ]
        jobs, results = self.queue(), self.queue()
        worker = self.worker("ValueWorkers::classes", jobs, results, "end")
        for value, _ in expected:
            jobs.put(value)
        jobs.put("end")
        self.assertEqual([(value, self.get(results)) for value, _ in expected], expected)
        self.join(worker)

    def test_values_made_in_java_arrive_as_documented(self) -> None:
        results = self.queue()
        worker = self.worker("ValueWorkers::literals", results)
        literals = list(iter(lambda: self.get(results), None))
        self.assertGreater(len(literals), 25)
        for expected, value in literals:
            self.assertEqual(repr(value), expected)
        self.join(worker)


class RefusalTest(TestCase):
    """An item that is refused is an error, and costs no other item."""

    def test_unpicklable_item_is_refused_by_put_and_the_queue_stays_usable(self) -> None:
        queue = self.queue(maxsize=1)
        remote = Remote(self, "RemoteQueue", queue)
        for _ in range(3):
            with self.assertRaisesRegex(RuntimeError, r"PickleException: .*java\.lang\.Thread"):
                remote.call("putUnpicklable")
        self.assertEqual(queue.qsize(), 0)
        remote.call("put", "next")
        self.assertEqual(self.get(queue), "next")
        remote.close()

    def test_item_of_another_type_is_refused_by_take_and_the_next_one_arrives(self) -> None:
        queue = self.queue(maxsize=5)
        remote = Remote(self, "RemoteQueue::ofIntegers", queue)
        for item, python_type in (("text", "str"), (2**31, "int"), (0.5, "float"), ([1], "list")):
            queue.put(item)
            queue.put(7)
            words = f"MpTypeException: .* item: Python {python_type} .*java.lang.Integer"
            with self.assertRaisesRegex(RuntimeError, words):
                remote.call("take")
            self.assertEqual(remote.call("take"), 7)
        self.assertEqual(queue.qsize(), 0)
        remote.close()

    def test_item_of_another_type_ends_a_worker_that_does_not_expect_it(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::sum", jobs, results)
        jobs.put("text")
        self.join(worker, exitcode=1)
        self.expect_stack_trace("MpTypeException: .*Python str cannot be a Java java.lang.Integer")
        self.assertEqual(semaphore_value(jobs._rlock), 1)

    def test_message_that_is_no_pickle_is_refused_and_the_next_item_arrives(self) -> None:
        queue = self.queue(maxsize=3)
        remote = Remote(self, "RemoteQueue", queue)
        for garbage in (b"garbage", b"\x80\x04", b""):
            # What a Python producer does, with something else than a pickle.
            self.assertTrue(queue._sem.acquire(timeout=0))
            queue._writer.send_bytes(garbage)
            with self.assertRaisesRegex(RuntimeError, "PickleException"):
                remote.call("take")
        queue.put("next")
        self.assertEqual(remote.call("take"), "next")
        self.assertEqual(queue.qsize(), 0)
        remote.close()

    def test_item_over_the_limit_is_skipped_and_the_next_one_arrives(self) -> None:
        with environment(JARPIPE_MAX_MESSAGE=str(LONGEST_MESSAGE)), jarpipe.Bridge() as bridge:
            ctx = bridge.get_context()
            queue = self.queue(maxsize=4)
            near, far = self.pipe()
            process = ctx.Process(target=WORKERS + "RemoteQueue", args=(far, queue))
            process.start()
            far.close()
            overhead = pickled_length(b"x" * LONGEST_MESSAGE) - LONGEST_MESSAGE
            for item in (b"x" * (LONGEST_MESSAGE - overhead), b"x" * (2 * LONGEST_MESSAGE), "next"):
                queue.put(item)
            near.send(("take",))
            self.assertEqual(len(self.recv(near)[1]), LONGEST_MESSAGE - overhead)
            near.send(("take",))
            outcome, words = self.recv(near)
            self.assertEqual(outcome, "thrown")
            self.assertRegex(words, f"length.*{2 * LONGEST_MESSAGE + overhead}.*{LONGEST_MESSAGE}")
            near.send(("take",))
            self.assertEqual(self.recv(near), ("returned", "next"))
            self.assertEqual(queue.qsize(), 0)
            near.send(None)
            self.join(process)
            process.close()


class TypedQueueTest(TestCase):
    """The item type that a worker's method declares is what its code gets."""

    def results(self, target: str, *items: Any) -> list[Any]:
        """Return what a worker puts when it is given some items and None."""
        jobs, results = self.queue(), self.queue()
        worker = self.worker(target, jobs, results)
        for item in (*items, None):
            jobs.put(item)
        self.join(worker)
        returned = []
        while results.qsize():
            returned.append(self.get(results))
        return returned

    def test_queue_of_integers(self) -> None:
        self.assertEqual(self.results("QueueWorkers::sum", 1, 2**31 - 1, -(2**31)), [0])

    def test_queue_of_lists_of_strings(self) -> None:
        returned = self.results("QueueWorkers::join", ["to", "be"], [], ("or", "not"))
        self.assertEqual(returned, ["to be", "", "or not"])

    def test_queue_of_maps_of_doubles(self) -> None:
        returned = self.results("QueueWorkers::total", {"a": 1.5, "b": 2, "": 9.0}, {})
        self.assertEqual(returned, [{"total": 3.5}, {"total": 0.0}])
