"""The classes of the example: they have Java records beside them, in Orders.java."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple


class Kind(enum.Enum):
    """What a customer wants."""

    SALE = "sale"
    RETURN = "return"


class Item(NamedTuple):
    """Some pieces of one thing."""

    name: str
    count: int
    cents: int


@dataclass
class Order:
    """What the Python program sends."""

    number: int
    kind: Kind
    items: list[Item]


@dataclass(frozen=True)
class Bill:
    """What the Java worker makes of it."""

    order: int
    cents: int
