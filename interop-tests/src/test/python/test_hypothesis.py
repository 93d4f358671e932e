"""Values that Hypothesis makes up, through a Java worker and back: types, content, sharing.

Runs where Hypothesis is installed for the interpreter. JARPIPE_HYPOTHESIS_VALUES is the number of
values, 200 if it is not set: the same ones in every run, while another number makes up new ones in
each run. A long run needs more time, too:

    JARPIPE_HYPOTHESIS_VALUES=100000 JARPIPE_TEST_TIMEOUT_FACTOR=60 runner.py test_hypothesis
"""

from __future__ import annotations

import importlib.util
import os
import unittest
from typing import Any, Callable

from support import TestCase

DEFAULT_VALUES = 200
VALUES = int(os.environ.get("JARPIPE_HYPOTHESIS_VALUES", DEFAULT_VALUES))
VALUES_PER_MESSAGE = 10

LINKS = 4
"""The most references to other values of the same message, some of which make cycles."""


class Plain:
    """An object with attributes, which Java does not know."""


CONTAINERS = (list, tuple, dict, Plain)


def plain_object(attributes: dict[str, Any]) -> Plain:
    """Return an object with these attributes."""
    made = Plain()
    made.__dict__.update(attributes)
    return made


def require_same(sent: Any, returned: Any, partners: dict[int, Any]) -> None:
    """Raise an AssertionError unless two graphs of objects have the same types, content and shape.

    `partners` maps the identity of each container of the one to its counterpart in the other.
    """
    kind = type(sent)
    if type(returned) is not kind:
        raise AssertionError(f"{kind} came back as {type(returned)}")
    if kind in (*CONTAINERS, bytearray) and sent != ():
        known = partners.setdefault(id(sent), returned)
        if known is not returned:
            raise AssertionError(f"what was one {kind} came back as two")
        if len(partners) != len({id(partner) for partner in partners.values()}):
            raise AssertionError(f"what were two {kind} came back as one")
    if len_or_zero(sent) != len_or_zero(returned):
        raise AssertionError(f"{len(sent)} elements came back as {len(returned)}")
    if kind in (list, tuple):
        pairs = list(zip(sent, returned))
    elif kind is Plain:
        pairs = [(sent.__dict__, returned.__dict__)]
    elif kind is dict:
        pairs = [pair for items in zip(sent.items(), returned.items()) for pair in zip(*items)]
    else:
        if plain(sent) != plain(returned):
            raise AssertionError(f"{sent!r} came back as {returned!r}")
        return
    for pair in pairs:
        if id(pair[0]) not in partners or type(pair[0]) not in CONTAINERS:
            require_same(*pair, partners)
        elif partners[id(pair[0])] is not pair[1]:
            raise AssertionError(f"what was one {type(pair[0])} came back as two")


def len_or_zero(value: Any) -> int:
    """Return the length of a container, or zero."""
    return len(value) if hasattr(value, "__len__") else 0


def plain(value: Any) -> Any:
    """Return what is equal for leaves and sets that are equal in type and content."""
    if type(value) in (set, frozenset):
        return frozenset(plain(element) for element in value)
    if type(value) is tuple:
        return tuple(plain(element) for element in value)
    return type(value), repr(value)


def messages(strategies: Any) -> Any:
    """Return the strategy for one message: values, and links among them."""
    # A high and a low surrogate beside each other are one character in Java, by definition.
    text = strategies.text(strategies.characters(exclude_categories=())).map(
        lambda drawn: drawn.encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "surrogatepass"
        )
    )
    atoms = strategies.one_of(
        strategies.none(),
        strategies.booleans(),
        strategies.integers(),
        strategies.integers(-300, 300),
        text,
        strategies.binary(),
        strategies.dates(),
        strategies.datetimes(),
        strategies.timedeltas(),
        strategies.decimals(allow_nan=False),
        strategies.uuids(),
    )
    keys = strategies.recursive(
        atoms | strategies.floats(allow_nan=False),
        lambda parts: strategies.tuples(parts, parts) | strategies.frozensets(parts, max_size=3),
        max_leaves=4,
    )
    values = strategies.recursive(
        atoms
        | strategies.floats()
        | strategies.complex_numbers()
        | strategies.binary().map(bytearray),
        lambda parts: strategies.one_of(
            strategies.lists(parts, max_size=5),
            strategies.lists(parts, max_size=5).map(tuple),
            strategies.dictionaries(keys, parts, max_size=5),
            strategies.sets(keys, max_size=4),
            strategies.dictionaries(strategies.text(max_size=3), parts, max_size=5).map(
                plain_object
            ),
        ),
        max_leaves=8,
    )
    several = strategies.lists(values, min_size=VALUES_PER_MESSAGE, max_size=VALUES_PER_MESSAGE)
    place = strategies.integers(0, VALUES_PER_MESSAGE - 1)
    links = strategies.lists(strategies.tuples(place, place), max_size=LINKS)
    return strategies.builds(linked, several, links)


def linked(values: list[Any], links: list[tuple[int, int]]) -> list[Any]:
    """Put some of the values into others, or beside them."""
    for source, target in links:
        container = values[target]
        if type(container) is list:
            container.append(values[source])
        elif type(container) is Plain:
            container.__dict__["link"] = values[source]
        elif type(container) is dict:
            container["link"] = values[source]
        else:
            values.append((container, values[source]))
    return values


def check_all(echo: Callable[[Any], Any]) -> int:
    """Send messages until there were enough values, and return how many there were."""
    import hypothesis

    count = 0

    @hypothesis.settings(
        max_examples=-(-VALUES // VALUES_PER_MESSAGE),
        deadline=None,
        database=None,
        derandomize=VALUES == DEFAULT_VALUES,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(messages(hypothesis.strategies))
    def check(message: list[Any]) -> None:
        nonlocal count
        count += len(message)
        require_same(message, echo(message), {})

    check()
    return count


@unittest.skipUnless(
    importlib.util.find_spec("hypothesis"), "hypothesis is not installed for this interpreter"
)
class HypothesisTest(TestCase):
    """A worker's echo is the identity."""

    def test_values_return_as_they_were(self) -> None:
        near, worker = self.served("PipeWorkers::echo")

        def echo(value: Any) -> Any:
            near.send(value)
            return self.recv(near)

        self.assertGreaterEqual(check_all(echo), VALUES)
        near.close()
        self.join(worker)

    def test_the_comparison_sees_differences(self) -> None:
        shared = [1]
        for sent, returned in (
            ([shared, shared], [[1], [1]]),
            ([[1], [1]], [shared, shared]),
            ([1], [True]),
            ([0.0], [-0.0]),
            ({1: 2, 3: 4}, {3: 4, 1: 2}),
            ([1, 2], [1]),
            ((1,), [1]),
            ({(1, 2)}, {(1, 2.0)}),
            (plain_object({"a": 1}), plain_object({"a": 2})),
            ([plain_object({})] * 2, [plain_object({}), plain_object({})]),
        ):
            with self.subTest(sent=sent), self.assertRaises(AssertionError):
                require_same(sent, returned, {})
