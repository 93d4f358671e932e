"""Sends instances of every kind of class in every protocol, and compares what comes back with them.

For each, two frames go out, the name of the Java type and the pickle; one frame comes back. The end
is the frame "report: N objects, M changed" in the place of a name.
"""

import array
import enum
import pickle
import struct
import sys

sys.path.insert(0, sys.argv[1])

import binding_classes as classes

source, sink = sys.stdin.buffer, sys.stdout.buffer


def send(body):
    sink.write(struct.pack("!i", len(body)) + body)
    sink.flush()


def receive():
    (length,) = struct.unpack("!i", source.read(4))
    return source.read(length)


def job(points):
    return classes.Job(
        7,
        "n",
        points,
        {"a": classes.Point(5.0, 6.0)},
        (classes.Named(1.0, 2.0), classes.Named(3.0, 4.0)),
        [classes.Outer.Shade.DARK, classes.Outer.Shade.LIGHT],
        None,
        array.array("d", [0.5, 1.5]),
        b"\0\xff",
        {classes.Frozen(1.0, 2.0), classes.Frozen(2.0, 1.0)},
        {"depth": 3, "mode": classes.Mode.WRITE},
    )


def tree():
    leaf = classes.Node("leaf", [])
    return classes.Node("root", [leaf, leaf, classes.Node("branch", [leaf])])


def mixed():
    value = classes.Mixed(1.0, 2.0, None)
    value.z = 3.0
    return value


def same_tree(one, other):
    """Compare nodes with their sharing."""
    seen = {}

    def same(a, b):
        if id(a) in seen or id(b) in seen.values():
            return seen.get(id(a)) == id(b)
        seen[id(a)] = id(b)
        return (
            type(a) is type(b)
            and a.name == b.name
            and len(a.children) == len(b.children)
            and all(same(x, y) for x, y in zip(a.children, b.children))
        )

    return same(one, other)


def equal(one, other):
    if isinstance(one, classes.Node):
        return same_tree(one, other)
    if isinstance(one, enum.Enum):
        return one is other
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, (list, tuple)):
        return all(equal(a, b) for a, b in zip(one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(one[k], other[k]) for k in one)
    state = classes.attributes(one)
    return all(equal(value, getattr(other, name)) for name, value in state.items())


pairs = "Point Frozen Named TypedNamed Plain Slots Reduced".split()
objects = [(name, getattr(classes, name)(1.0, 2.0)) for name in pairs]
objects += [
    ("Computed", classes.Computed(3.0)),
    ("ComputedSlots", classes.ComputedSlots(3.0)),
    ("Mixed", mixed()),
    ("Empty", classes.Empty()),
    ("Inner", classes.Outer.Inner(1.0, 2.0)),
    ("Renamed", classes.Renamed("c", "f")),
    ("Job", job([classes.Point(1.0, 2.0), classes.Point(3.0, 4.0)])),
    ("Job", job([])),
    ("Node", tree()),
    ("Shapes", [classes.Circle(classes.Point(0.0, 0.0), 1.0), classes.Colour.RED]),
    ("Shapes", [classes.Square(classes.Point(0.0, 0.0), 2.0)]),
    ("Boxed", {"content": classes.Point(1.0, 2.0), "more": [classes.Point(1.0, 2.0)]}),
]
enums = "Colour Level Text Permission Mode ByGetattr ByName ByGlobalName".split()
if sys.version_info >= (3, 10):
    objects += [
        ("SlotsData", classes.SlotsData(1.0, 2.0)),
        ("SlotsFrozen", classes.SlotsFrozen(1.0, 2.0)),
        ("KeywordOnly", classes.KeywordOnly(x=1.0, y=2.0)),
    ]
if sys.version_info >= (3, 11):
    enums.append("Word")
objects += [(name, member) for name in enums for member in getattr(classes, name)]

WITHOUT_OLD_PROTOCOLS = ("Slots", "ComputedSlots", "Mixed", "SlotsData")
"""CPython itself cannot pickle slots with the protocols 0 and 1."""

changed, count = [], 0
for name, value in objects:
    for protocol in range(2 if name in WITHOUT_OLD_PROTOCOLS else 0, 6):
        count += 1
        send(name.encode())
        send(pickle.dumps(value, protocol))
        answer = receive()
        try:
            back = pickle.loads(answer)
            if not equal(value, back):
                changed.append(f"{name} in protocol {protocol}: {value!r} became {back!r}")
        except Exception as error:
            changed.append(f"{name} in protocol {protocol}: {error!r}: {answer[:300]!r}")
send(f"report: {count} objects, {len(changed)} changed\n{chr(10).join(changed[:5])}".encode())
