"""Objects that a Java worker cannot share: which error, with which fields, cause and cure."""

from __future__ import annotations

import gc
import multiprocessing
import socket
from multiprocessing import queues
from typing import Any

import jarpipe
import procfs
from jarpipe import errors
from support import PATIENCE, WORKERS, channels
from test_errors import ErrorTest

TARGET = WORKERS + "LifecycleWorkers::nothing"


class Holder:
    """An object of the program, which Java does not look into."""

    def __init__(self, content: Any) -> None:
        self.content = content


class Mine(queues.Queue):  # type: ignore[type-arg]
    """A queue with methods of its own."""


def start_with_vanished(shared: Any, connection: Any) -> None:
    """In a spawned child: wait until the creator has dropped an object, then give it to Java."""
    connection.send("have it")
    connection.recv()
    process = jarpipe.get_context().Process(target=TARGET, args=(shared,))
    try:
        process.start()
    except errors.StartError as error:
        connection.send((type(error).__name__, str(error), error.fields))
    else:
        connection.send(("started", "", {}))
        process.kill()
        process.join()


class ForkContext(ErrorTest):
    """What is neither adopted nor relayed: nobody outside can open semaphores without a name."""

    def assert_refused(self, kind: str, *args: Any, factory: str = "") -> None:
        factory = factory or kind
        self.assert_not_started(
            errors.ForkContextError,
            TARGET,
            *args,
            says=(
                f"this {kind} was made by a fork context",
                "have no name",
                f"jarpipe.get_context().{factory}()",
                f"multiprocessing.get_context('spawn').{factory}()",
                "jarpipe.adopt()",
            ),
            fields={"object": kind},
        )

    def test_what_a_child_may_share_and_no_relay_serves_is_refused(self) -> None:
        fork: Any = multiprocessing.get_context("fork")
        value, array, mine = fork.Value("i", 1), fork.Array("i", 1), Mine(ctx=fork)
        self.join(self.child("fork", int))
        self.assert_refused("Synchronized", value, factory="Value")
        self.assert_refused("SynchronizedArray", array, factory="Array")
        self.assert_refused("Mine", mine, factory="Queue")
        self.assert_refused("Mine", [{"inside": mine}], factory="Queue")

    def test_barrier_with_an_action_is_refused_as_one_with_names_is(self) -> None:
        barrier = multiprocessing.get_context("fork").Barrier(2, print)
        self.join(self.child("fork", int))
        self.assert_not_started(
            errors.UnsupportedArgument,
            TARGET,
            barrier,
            says=("Barrier with an action", "make it without action"),
            fields={"python_type": "multiprocessing.synchronize.Barrier"},
        )

    def test_what_has_no_semaphore_may_come_from_a_fork_context(self) -> None:
        near, far = multiprocessing.get_context("fork").Pipe()
        with near, far:
            process = self.start("LifecycleWorkers::threadName", far, name="on a fork's pipe")
            far.close()
            self.assertEqual(self.recv(near), "on a fork's pipe")
            self.join(process)

    def test_objects_of_named_contexts_are_welcome(self) -> None:
        for method in ("spawn", "forkserver"):
            with self.subTest(method):
                context: Any = multiprocessing.get_context(method)
                jobs, results, lock = context.Queue(), context.Queue(), context.Lock()
                near, far = context.Pipe()
                process = self.start("LifecycleWorkers::useAll", jobs, results, lock, far)
                far.close()
                jobs.put("item")
                self.assertEqual(self.get(results), "item")
                near.send("message")
                self.assertEqual(self.recv(near), "message")
                self.join(process)
                near.close()
                jobs.close()
                jobs.join_thread()


class Vanished(ErrorTest):
    """The name of a semaphore is gone when its creator has collected the object."""

    def test_creator_has_dropped_the_object(self) -> None:
        for kind in ("Queue", "Lock"):
            with self.subTest(kind):
                shared: Any = getattr(self.ctx, kind)()
                semlock = (shared._rlock if kind == "Queue" else shared)._semlock
                name = semlock.name
                near, far = self.pipe()
                child = self.child("spawn", start_with_vanished, shared, far)
                far.close()
                self.assertEqual(self.recv(near), "have it")
                del shared, semlock
                gc.collect()
                self.assertEqual(procfs.semaphores_that_exist([name]), [])

                near.send("now")

                error, message, fields = self.recv(near)
                self.assertEqual(error, "VanishedError")
                self.assertEqual(
                    fields, {"object": "multiprocessing.synchronize.Lock", "name": name}
                )
                for text in (name, "garbage-collected", "keep a reference", "/dev/shm"):
                    self.assertIn(text, message)
                self.join(child)

    def test_argument_that_nobody_else_holds_is_kept_until_java_has_it(self) -> None:
        # In CPython such a child of spawn dies with FileNotFoundError.
        process = self.start("LifecycleWorkers::pass", self.ctx.Queue(), self.ctx.Queue())
        gc.collect()
        self.assertTrue(process.is_alive())
        process.terminate()
        self.join(process, exitcode=-15)


class Unsupported(ErrorTest):
    """Objects of multiprocessing that have no counterpart in Java."""

    def test_other_shared_objects_are_refused_by_name(self) -> None:
        ctx = self.ctx
        for kind, made in (
            ("multiprocessing.sharedctypes", ctx.Value("i", 1)),
            ("multiprocessing.sharedctypes", ctx.Array("i", 1)),
            ("multiprocessing.sharedctypes", ctx.RawValue("i", 1)),
        ):
            with self.subTest(kind):
                for argument in (made, [made], {"inside": (made,)}):
                    error: Any = self.assert_not_started(
                        errors.UnsupportedArgument,
                        TARGET,
                        argument,
                        says=(kind, "cannot be shared with a Java worker", "Queue, Lock, RLock"),
                    )
                    self.assertTrue(error.python_type.startswith(kind), error.python_type)

    def test_socket_that_is_no_stream_is_refused(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            self.assert_not_started(
                errors.UnsupportedArgument, TARGET, datagram, says=("only stream sockets",)
            )

    def test_descriptor_inside_an_object_of_the_program_is_refused(self) -> None:
        before = channels("self")
        near, far = self.pipe()
        self.assert_not_started(
            errors.UnsupportedArgument,
            TARGET,
            Holder(far),
            says=("inside an object that Java cannot open", "an argument of its own"),
        )
        near.close()
        far.close()
        self.assertEqual(channels("self"), before)

    def test_refused_objects_stay_usable(self) -> None:
        value, event, queue = self.ctx.Value("i", 1), self.ctx.Event(), self.queue()
        near, far = self.pipe()
        arguments = (queue, far, event, value)
        self.assert_not_started(errors.UnsupportedArgument, TARGET, *arguments, says=())
        value.value = 2
        self.assertEqual(value.value, 2)
        event.set()
        self.assertTrue(event.wait(PATIENCE))
        queue.put("still works")
        self.assertEqual(self.get(queue), "still works")
        near.send("still works")
        self.assertEqual(self.recv(far), "still works")
        far.close()
        self.assert_ended(near)  # the daemon has kept no copy of the other end
