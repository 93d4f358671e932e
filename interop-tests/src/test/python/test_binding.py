"""Instances of Python classes as Java records, and records as instances, through real queues."""

from __future__ import annotations

import array
import dataclasses
import enum
from typing import Any, NamedTuple

from jarpipe import errors
from support import WORKERS, TestCase


class Point(NamedTuple):
    """A namedtuple."""

    x: float
    y: float


class Kind(enum.Enum):
    """An enumeration."""

    MOVE = "move"
    SCALE = "scale"


@dataclasses.dataclass
class Job:
    """A dataclass with others in it."""

    number: int
    kind: Kind
    name: str
    points: list[Point]
    named: dict[str, Point]
    by: array.array[float]
    limits: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Result:
    """A frozen dataclass, which Java makes."""

    number: int
    points: list[Point]
    kind: Kind


class Stop:
    """A plain class."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stop) and self.reason == other.reason

    __hash__ = None  # type: ignore[assignment]


def job(number: int = 1, **changes: Any) -> Job:
    """Make a job."""
    limits = {"retries": 3, "seconds": None}
    points = [Point(1.0, 2.0), Point(3.0, 4.0)]
    made = Job(
        number,
        Kind.MOVE,
        "n",
        points,
        {"a": Point(0.0, 0.5)},
        array.array("d", [1.0, -1.0]),
        limits,
    )
    return dataclasses.replace(made, **changes)


class BindingTest(TestCase):
    """A queue's items are what the worker declares."""

    def test_worker_takes_jobs_and_puts_results(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("BindingWorkers::work", jobs, results)
        jobs.put(job())
        jobs.put(job(2, kind=Kind.SCALE, by=array.array("d", [2.0]), named={}))
        jobs.put(None)
        result = self.get(results)
        points = [Point(2.0, 1.0), Point(4.0, 3.0), Point(0.0, 0.5)]
        self.assertEqual(result, Result(4, points, Kind.MOVE))
        self.assertIs(type(result), Result)
        self.assertEqual({type(point) for point in result.points}, {Point})
        self.assertIs(result.kind, Kind.MOVE)
        self.assertEqual(
            self.get(results), Result(5, [Point(2.0, 4.0), Point(6.0, 8.0)], Kind.SCALE)
        )
        self.join(worker)

    def test_jobs_come_back_equal(self) -> None:
        jobs, back = self.queue(), self.queue()
        worker = self.worker("BindingWorkers::echo", jobs, back)
        sent = [
            job(number, name=f"job {number}", points=[Point(number, 0.5)]) for number in range(50)
        ]
        for item in [*sent, None]:
            jobs.put(item)
        self.assertEqual([self.get(back) for _ in sent], sent)
        self.join(worker)

    def test_commands_of_several_classes(self) -> None:
        commands, replies = self.queue(), self.queue()
        worker = self.worker("BindingWorkers::follow", commands, replies)
        for command in (job(), job(6), Stop("enough")):
            commands.put(command)
        self.assertEqual([self.get(replies).number for _ in range(2)], [4, 9])
        self.assertEqual(self.get(replies), Stop("enough"))
        self.join(worker)

    def test_arguments_are_records_and_constants(self) -> None:
        near, far = self.pipe()
        limits = {"retries": 5, "seconds": 0.5}
        sent = (Point(1.0, 2.0), Kind.SCALE, [job(1), job(2)], limits)
        worker = self.worker("BindingWorkers::arguments", far, *sent)
        far.close()
        self.assertEqual(self.recv(near), (*sent[:3], 5))
        self.join(worker)

    def test_connection_receives_records(self) -> None:
        near, worker = self.served("BindingWorkers::turn")
        for x in range(3):
            near.send(Point(float(x), 1.0))
            self.assertEqual(self.recv(near), Point(-1.0, float(x)))
        near.send(None)
        self.join(worker)


class MisfitTest(TestCase):
    """What is not as declared is an error that says where, what, and what was expected."""

    def test_items_that_do_not_fit_are_errors_and_the_next_one_is_taken(self) -> None:
        nested = WORKERS + "BindingWorkers$"
        point = Point(1.0, "2")  # type: ignore[arg-type]
        extra, missing = job(), job()
        extra.colour = "red"  # type: ignore[attr-defined]
        del missing.name, missing.by
        cases: list[tuple[Any, str, str, str, str]] = [
            (job(points=[Point(0, 0), point]), ".points[1].y", "str", "double", ""),
            (job(named={"k": 7}), ".named[k]", "int", nested + "Point", "test_binding.Point"),
            (job(kind="move"), ".kind", "str", nested + "Kind", "test_binding.Kind"),
            (job(number=2**64), ".number", "int", "long", "does not fit exactly"),
            (job(limits={"retries": 1}), ".limits", "dict", nested + "Limits", "'seconds'"),
            (extra, "", "test_binding.Job", nested + "Job", "'colour'"),
            (missing, "", "test_binding.Job", nested + "Job", "'name', 'by' are missing"),
            (Stop("x"), "", "test_binding.Stop", nested + "Job", "test_binding.Job"),
            ({"number": 1}, "", "dict", nested + "Job", "test_binding.Job"),
        ]
        jobs = self.queue()
        near, far = self.pipe()
        worker = self.worker("BindingWorkers::check", jobs, far)
        far.close()
        for item, way, python_type, java_type, says in cases:
            with self.subTest(way=way, says=says):
                jobs.put(item)
                path, *types, message = self.recv(near)
                self.assertEqual(path, f"argument 1 ('jobs') item{way}")
                self.assertEqual(types, [python_type, java_type])
                self.assertIn(says, message)
        jobs.put(job(9))
        self.assertEqual(self.recv(near), 9)
        self.join(worker)

    def test_dicts_become_records(self) -> None:
        items, replies = self.queue(), self.queue()
        worker = self.worker("BindingWorkers::limits", items, replies)
        for item in ({"seconds": 1.5, "retries": 2}, {"retries": 2, "seconds": None}):
            items.put(item)
            self.assertEqual(self.get(replies), (item, 2))
        looped: dict[str, Any] = {"retries": 2}
        looped["seconds"] = looped
        for wrong, says in (
            ({"retries": 2}, "'seconds'"),
            ({"retries": 2, "seconds": 1.0, "more": 1}, "'more'"),
            ({"retries": 2, 5: 1.0}, "'5'"),
            (looped, "Python dict cannot be"),
            ([{"retries": 2, "seconds": 1.0}], "Python list cannot be"),
        ):
            with self.subTest(says=says):
                items.put(wrong)
                self.assertIn(says, self.get(replies))
        items.put(None)
        self.join(worker)

    def test_bytes_become_buffers_and_buffers_bytes(self) -> None:
        items, replies = self.queue(), self.queue()
        worker = self.worker("BindingWorkers::buffers", items, replies)
        for item in (b"abc", bytes(range(256)) * 1024, bytearray(b"abc")):
            items.put(item)
            data = bytes(item)
            self.assertEqual(self.get(replies), [True, len(data), data[1:3], data])
        items.put(None)
        self.join(worker)

    def test_worker_that_does_not_catch_it_ends_with_a_stack_trace(self) -> None:
        jobs = self.queue()
        worker = self.worker("BindingWorkers::die", jobs)
        self.expect_stack_trace(r"MpTypeException: [^\n]* item.kind: Python int cannot be a Java")
        jobs.put(job(kind=1))
        self.join(worker, exitcode=1)

    def test_arguments_that_do_not_fit_are_errors_in_start(self) -> None:
        _, far = self.pipe()
        arguments = (far, Point(1.0, 2.0), Kind.MOVE, [job(), job(by=None)], {"retries": 0})
        process = self.ctx.Process(target=WORKERS + "BindingWorkers::arguments", args=arguments)
        with self.assertRaises(errors.ArgumentError) as caught:
            process.start()
        self.assertEqual(caught.exception.parameter, "argument 5 ('limits')")
        self.assertIn("'seconds'", str(caught.exception))

    def test_type_that_cannot_be_bound_is_an_error_in_start(self) -> None:
        process = self.ctx.Process(
            target=WORKERS + "BindingWorkers::ambiguous", args=(self.queue(),)
        )
        with self.assertRaises(errors.TargetError) as caught:
            process.start()
        self.assertIn("cannot tell apart", str(caught.exception))
        self.assertIn("test_binding.Stop", str(caught.exception))
