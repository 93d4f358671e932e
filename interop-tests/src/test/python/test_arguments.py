"""What can be given to a worker, and where in its arguments."""

from __future__ import annotations

import os
from typing import Any

from support import TestCase


class ArgumentTest(TestCase):
    """Arguments arrive as the types that the method declares."""

    def test_plain_arguments_by_position_and_by_name(self) -> None:
        values: dict[str, Any] = {
            "number": 2**40,
            "fraction": 0.5,
            "text": "\u00e4\U0001f600",
            "bytes": b"\0\xff",
            "words": ["a", "b"],
            "numbers": {"one": 1, "two": 2},
            "anything": None,
        }
        expected = tuple(values.values())
        for by_position in range(len(values) + 1):
            near, far = self.pipe()
            named = dict(list(values.items())[by_position:])
            worker = self.worker("ArgumentWorkers::typed", far, *expected[:by_position], **named)
            far.close()
            self.assertEqual(self.recv(near), expected)
            self.join(worker)

    def test_number_types_widen_exactly(self) -> None:
        near, far = self.pipe()
        worker = self.worker("ArgumentWorkers::typed", far, -1, 3, "", b"", (), {}, (1, [2.0]))
        far.close()
        self.assertEqual(self.recv(near), (-1, 3.0, "", b"", [], {}, (1, [2.0])))
        self.join(worker)

    def test_dicts_as_maps_of_a_certain_class(self) -> None:
        near, far = self.pipe()
        values = {"a": 1, "b": None, "c": [2.0]}
        worker = self.worker("ArgumentWorkers::concrete", far, values, dict(values), values)
        far.close()
        reversed_, changed, same = self.recv(near)
        self.assertEqual(list(reversed_.items()), list(values.items())[::-1])
        self.assertEqual(list(changed.items()), [("first", 0), *values.items()])
        self.assertEqual(list(same.items()), list(values.items()))
        self.join(worker)

    def test_large_argument(self) -> None:
        near, far = self.pipe()
        large = os.urandom(5 << 20)
        worker = self.worker("ArgumentWorkers::typed", far, 1, 1, "", large, [], {}, None)
        far.close()
        self.assertTrue(self.recv(near)[3] == large, "5 MB came back changed")
        self.join(worker)

    def test_shared_objects_inside_lists_and_dicts(self) -> None:
        queues = [self.queue() for _ in range(4)]
        receiver, sender = self.pipe(duplex=False)
        worker = self.worker(
            "ArgumentWorkers::nested",
            queues[:2],
            {"a": queues[2], "b": queues[3]},
            deep={"key": ["value", 1, sender]},
        )
        sender.close()
        words = [self.get(queue) for queue in queues]
        self.assertEqual(words, ["list 0", "list 1", "map a", "map b"])
        self.assertEqual(self.recv(receiver), "deep")
        self.join(worker)

    def test_one_queue_at_several_places_is_one_queue(self) -> None:
        queue = self.queue()
        worker = self.worker("ArgumentWorkers::twice", queue, queue, [queue])
        self.assertEqual([self.get(queue) for _ in range(3)], ["one", "other", "third"])
        self.join(worker)

    def test_three_hundred_descriptors_in_one_start(self) -> None:
        queues = [self.queue() for _ in range(150)]
        worker = self.worker("ArgumentWorkers::many", queues)
        self.assertEqual([self.get(queue) for queue in queues], list(range(150)))
        self.join(worker)
