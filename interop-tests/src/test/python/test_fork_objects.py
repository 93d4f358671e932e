"""Queues and locks of every standard context reach Java, those of a fork context in two ways.

The tests of queues and locks run on all of them: adopted, which means that they get names, and
relayed, because a fork may have shared them before.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from typing import Any

import jarpipe
import test_lock
import test_queue
from jarpipe.bridge import default_bridge
from programs import ProgramTest, Served, command
from startmethods import (
    MADE,
    Adopted,
    Context,
    Forkserver,
    Relayed,
    Spawn,
    fork,
    relays_with_threads,
)
from support import Remote, TestCase, await_, daemon_in_sight, has_waiters, semaphore_value


class AdoptedQueueTest(Adopted, test_queue.QueueTest):
    """Adopted queues."""


class AdoptedMethodsTest(Adopted, test_queue.MethodsTest):
    """Adopted queues."""


class AdoptedLockTest(Adopted, test_lock.LockTest):
    """Adopted locks."""


class SpawnQueueTest(Spawn, test_queue.QueueTest):
    """Queues of a spawn context."""


class SpawnLockTest(Spawn, test_lock.LockTest):
    """Locks of a spawn context."""


class ForkserverQueueTest(Forkserver, test_queue.QueueTest):
    """Queues of a forkserver context."""


class ForkserverLockTest(Forkserver, test_lock.LockTest):
    """Locks of a forkserver context."""


class RelayedQueueTest(Relayed, test_queue.QueueTest):
    """Relayed queues."""

    def test_java_put_does_not_wait_for_room_in_the_pipe(self) -> None:
        for count, size in ((5, 1 << 20), (5000, 256)):
            with self.subTest(count=count, size=size):
                queue = self.queue()
                reader, witness = self.pipe(duplex=False)
                worker = self.worker("QueueWorkers::fill", queue, witness, count, size)
                witness.close()
                self.assertEqual(self.recv(reader), "has put")
                self.assertEqual(queue.qsize(), count)
                self.join(worker)  # its items are here
                items = [self.get(queue) for _ in range(count)]
                self.assertEqual({len(item) for item in items}, {size})
                self.assertEqual([item[0] for item in items], [n & 255 for n in range(count)])


class RelayedMethodsTest(Relayed, test_queue.MethodsTest):
    """Relayed queues."""


class RelayedLockTest(Relayed, test_lock.LockTest):
    """Relayed locks."""


class RelayTest(Relayed):
    """What only a relay does."""

    def test_ten_thousand_items_in_order_both_ways(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::echo", jobs, results, None)
        for number in range(10_000):
            jobs.put(number)
        jobs.put(None)
        self.assertEqual([self.get(results) for _ in range(10_000)], list(range(10_000)))
        self.join(worker)

    def test_nothing_is_fetched_ahead(self) -> None:
        jobs, results = self.queue(), self.queue(1)
        worker = self.worker("QueueWorkers::echo", jobs, results, None)
        for number in range(10):
            jobs.put(number)
        await_("the second item to be taken", lambda: jobs.qsize() == 8)
        await_("the worker to wait for a slot", lambda: has_waiters(results._sem))
        self.assertEqual((jobs.qsize(), results.full()), (8, True))
        self.assertEqual([self.get(results) for _ in range(10)], list(range(10)))
        jobs.put(None)
        self.join(worker)

    def test_java_and_forked_children_share_what_was_made_before(self) -> None:
        jobs, results = self.queue(), self.queue()
        child = self.child("fork", test_queue.collect, jobs, results)
        worker = self.worker("QueueWorkers::collect", jobs, results)
        for number in range(1000):
            jobs.put(number)
        jobs.put(None)
        jobs.put(None)
        taken = self.get(results) + self.get(results)
        self.join(child, worker)
        self.assertEqual(sorted(taken), list(range(1000)))

    def test_the_same_object_twice_is_one_object_inside_containers_too(self) -> None:
        queue = self.queue()
        worker = self.worker("QueueWorkers::echo", queue, queue, None)
        queue.put(None)
        self.join(worker)

    def test_terminated_worker_takes_nothing_while_it_waits(self) -> None:
        for end in ("terminate", "kill"):
            with self.subTest(end):
                queue = self.queue()
                reader, witness = self.pipe(duplex=False)
                worker = self.worker("QueueWorkers::take", queue, witness)
                witness.close()
                self.assertEqual(self.recv(reader), "takes")
                getattr(worker, end)()
                self.join(worker, exitcode=-15 if end == "terminate" else -9)
                await_("the relay to end", lambda: not relays_with_threads())
                queue.put("item")
                self.assertEqual(self.get(queue), "item")

    def test_terminated_worker_releases_its_lock(self) -> None:
        for end in ("terminate", "kill"):
            with self.subTest(end):
                lock = self.ctx.Lock()
                remote = Remote(self, "LockWorkers::remote", lock)
                remote.call("acquire")
                getattr(remote.worker, end)()
                self.join(remote.worker, exitcode=-15 if end == "terminate" else -9)
                await_("the lock to be free", lambda lock=lock: semaphore_value(lock) == 1)  # type: ignore[misc]
                await_("the relay to end", lambda: not relays_with_threads())
        self.expect_output(r"a Java worker ended while it held <Lock[^\n]*: released\n")

    @daemon_in_sight
    def test_killed_daemon_leaves_no_lock_taken_and_takes_no_item(self) -> None:
        bridge = jarpipe.Bridge()
        self.addCleanup(bridge.close)
        self.ctx = Context(bridge.get_context(), "fork", fork)
        lock, queue = self.ctx.Lock(), self.queue()
        remote = Remote(self, "LockWorkers::remote", lock)
        taker = Remote(self, "RemoteQueue", queue)
        remote.call("acquire")
        taker.begin("take")
        assert bridge.pid is not None
        os.kill(bridge.pid, 9)
        self.join(remote.worker, taker.worker, exitcode=255)
        await_("the relay to end", lambda: not relays_with_threads())
        self.assertEqual(semaphore_value(lock), 1)
        queue.put("item")
        self.assertEqual(self.get(queue), "item")
        self.expect_output(r"a Java worker ended while it held <Lock[^\n]*: released\n")

    def test_interrupt_ends_a_wait_and_loses_nothing(self) -> None:
        queue = self.queue()
        remote = Remote(self, "RelayWorkers::interrupted", queue)
        for number in range(50):
            remote.call("begin")
            remote.begin("interrupt")
            queue.put(number)
            remote.end()
            outcome = remote.call("outcome")
            if outcome == "interrupted":
                outcome = self.get(queue)
            self.assertEqual(outcome, number)
        remote.close()

    def test_queue_cannot_be_passed_on(self) -> None:
        queue, other = self.queue(), self.queue()
        remote = Remote(self, "RelayWorkers::passedOn", queue, other)
        with self.assertRaisesRegex(RuntimeError, r"fork context.*jarpipe\.adopt"):
            remote.call("put")
        remote.close()


class WayTest(TestCase):
    """Which way an object is used is told to who asks."""

    def ways(self, *things: Any) -> tuple[int, int, int]:
        """Start a worker with things and return how it uses them."""
        near, far = self.pipe()
        worker = self.worker("RelayWorkers::hold", far, list(things))
        far.close()
        (info,) = [each for each in default_bridge().workers() if each.pid == worker.pid]
        near.close()
        self.join(worker)
        return info.direct, info.adopted, info.relayed

    def test_automatic_adoption_and_its_limits(self) -> None:
        fork_context: Any = multiprocessing.get_context("fork")
        objects = [fork_context.Queue(), fork_context.Lock()]
        with contextlib.ExitStack() as close:
            close.callback(objects[0].close)
            self.assertEqual(self.ways(*objects, self.ctx.Lock(), 1), (1, 2, 0))
            self.assertEqual(self.ways(*objects), (0, 2, 0))
            shared = fork(fork_context.Lock())
            self.assertEqual(self.ways(shared, *objects), (0, 2, 1))
            fed = fork_context.Queue()
            fed.put("item")
            self.assertEqual(self.ways(fed), (0, 0, 1))
            self.assertEqual(fed.get(), "item")
            fed.close()
            fed.join_thread()
            held = fork_context.Lock()
            with held:
                self.assertEqual(self.ways(held), (0, 0, 1))
            self.assertEqual(self.ways(held), (0, 0, 1))

    def test_each_kind_is_adopted_or_relayed(self) -> None:
        fork_context: Any = multiprocessing.get_context("fork")
        makers = [getattr(fork_context, name) for name in sorted(MADE - {"Barrier"})]
        makers.append(lambda: fork_context.Barrier(2))
        number = len(makers)
        self.assertEqual(self.ways(*(make() for make in makers)), (0, number, 0))
        self.assertEqual(self.ways(*(fork(make()) for make in makers)), (0, 0, number))

    def test_lock_of_a_relayed_condition_is_relayed_too(self) -> None:
        fork_context: Any = multiprocessing.get_context("fork")
        lock = fork_context.RLock()
        condition = fork_context.Condition(lock)
        condition.acquire()
        near, far = self.pipe()
        worker = self.worker("RelayWorkers::hold", far, [condition])
        far.close()
        condition.release()
        self.assertEqual(self.ways(lock, condition), (0, 0, 2))
        near.close()
        self.join(worker)


OWNER = """
    import os
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    lock = context.Lock()
    worker = jarpipe.get_context().Process(
        target="io.jarpipe.interop.RelayWorkers::tell", args=(queue, lock, sys.argv[1])
    )
    worker.start()
    while lock.acquire(False):
        lock.release()
    print(worker.pid, flush=True)
    worker.join()
"""
"""Starts a worker that takes a lock and waits at a queue."""


class OwnerTest(ProgramTest):
    """A program whose objects a worker of a shared daemon uses."""

    @daemon_in_sight
    def test_ps_tells_the_ways_and_the_end_of_the_owner_ends_the_wait(self) -> None:
        daemon = Served(self.folder)
        self.addCleanup(daemon.stop)
        told = os.path.join(self.folder, "told")
        owner = self.python(OWNER, told, env={"JARPIPE_ADDRESS": daemon.address})
        pid = self.line(owner)
        done = command("ps", JARPIPE_ADDRESS=daemon.address)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        head, row = (line.split() for line in done.stdout.splitlines())
        self.assertEqual((row[0], row[1]), (pid, str(owner.pid)))
        columns = dict(zip(head, row))
        ways = [columns[way] for way in ("DIRECT", "ADOPTED", "RELAYED")]
        self.assertEqual(ways, ["0", "1", "1"])
        owner.kill()

        def reason() -> str:
            with contextlib.suppress(FileNotFoundError), open(told) as file:
                return file.read()
            return ""

        text = await_("the worker to say why", reason)
        self.assertIn("the Python process that started this worker has ended", text)
        with daemon.bridge() as bridge:
            await_("the worker to end", lambda: not bridge.workers())
