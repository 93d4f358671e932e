"""Python classes that have Java records and enums beside them, of every kind that there is."""

import array
import collections
import dataclasses
import enum
import sys
import typing


@dataclasses.dataclass
class Point:
    x: float
    y: float


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: float
    y: float


Named = collections.namedtuple("Named", "x y")


class TypedNamed(typing.NamedTuple):
    x: float
    y: float = 2.0


class _ByAttributes:
    def __eq__(self, other):
        return type(self) is type(other) and attributes(self) == attributes(other)

    __hash__ = None


def attributes(instance):
    """Return what an instance has in its dictionary and its slots."""
    found = dict(getattr(instance, "__dict__", {}))
    for cls in type(instance).__mro__:
        for name in cls.__dict__.get("__slots__", ()):
            found[name] = getattr(instance, name)
    return found


class Plain(_ByAttributes):
    def __init__(self, x, y):
        self.x, self.y = x, y


class Computed(_ByAttributes):
    """Its constructor takes something else than its attributes."""

    def __init__(self, both):
        self.x = self.y = both


class Slots:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return type(self) is type(other) and attributes(self) == attributes(other)

    __hash__ = None


class ComputedSlots(Slots):
    __slots__ = ()

    def __init__(self, both):
        super().__init__(both, both)


class Mixed(Slots):
    """It has slots and a dictionary."""

    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z


class Reduced(_ByAttributes):
    """It says itself how it is made."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __reduce__(self):
        return type(self), (self.x, self.y)


class Empty(_ByAttributes):
    pass


class Outer:
    @dataclasses.dataclass
    class Inner:
        x: float
        y: float

    class Shade(enum.Enum):
        LIGHT = "light"
        DARK = "dark"


class Renamed(_ByAttributes):
    def __init__(self, class_, from_):
        self.__dict__.update({"class": class_, "from": from_})


@dataclasses.dataclass
class Job:
    number: int
    name: str
    points: list
    table: dict
    corners: tuple
    shades: list
    maybe: object
    weights: array.array
    data: bytes
    frozen: set
    options: dict


@dataclasses.dataclass(eq=False)
class Node:
    name: str
    children: list


@dataclasses.dataclass
class Circle:
    centre: Point
    radius: float


@dataclasses.dataclass
class Square:
    corner: Point
    side: float


class Colour(enum.Enum):
    RED = 1
    GREEN = "g"
    BLUE = (1, 2)
    NAMELESS = None


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2**40


class Text(str, enum.Enum):
    A = "a"
    B = "b"


class Permission(enum.Flag):
    READ = 1
    WRITE = 2
    BOTH = 3


class Mode(enum.IntFlag):
    READ = 1
    WRITE = 2


class ByGetattr(enum.Enum):
    """As `enum.pickle_by_enum_name` and CPython 3.11.0 have it."""

    ONE = object()
    TWO = object()

    def __reduce_ex__(self, protocol):
        return getattr, (type(self), self.name)


class ByName(enum.Enum):
    ONE = object()
    TWO = object()

    def __reduce_ex__(self, protocol):
        return f"ByName.{self.name}"


class ByGlobalName(enum.Enum):
    """As `enum.pickle_by_global_name` has it."""

    FIRST = 1
    SECOND = 2

    def __reduce_ex__(self, protocol):
        return self.name


FIRST, SECOND = ByGlobalName


if sys.version_info >= (3, 10):

    @dataclasses.dataclass(slots=True)
    class SlotsData:
        x: float
        y: float

    @dataclasses.dataclass(slots=True, frozen=True)
    class SlotsFrozen:
        x: float
        y: float

    @dataclasses.dataclass(kw_only=True)
    class KeywordOnly:
        x: float
        y: float


if sys.version_info >= (3, 11):

    class Word(enum.StrEnum):
        RED = enum.auto()
        GREEN = enum.auto()
