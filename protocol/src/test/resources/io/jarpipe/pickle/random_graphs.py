"""Sends seeded random values, in batches, through Java and reports how many have changed.

    random_graphs.py SEED COUNT

Each batch is one frame: a pickled list of pickles; the answer is one, too. The first failure is described on stderr.
"""

import math
import pickle
import random
import struct
import sys

source, sink = sys.stdin.buffer, sys.stdout.buffer
BATCH = 500


class Plain:
    pass


class Slots:
    __slots__ = ("a", "b")


class MyList(list):
    pass


class MyDict(dict):
    pass


def scalar(rng):
    kind = rng.randrange(9)
    if kind == 0:
        return rng.choice((None, True, False, math.inf, -0.0, math.nan, "", b"", (), 0, -1))
    if kind == 1:
        return rng.randrange(-(2 ** rng.randrange(1, 100)), 2 ** rng.randrange(1, 100))
    if kind == 2:
        return struct.unpack("d", rng.getrandbits(64).to_bytes(8, "little"))[0]
    if kind in (3, 4):
        text = "".join(rng.choice("ab\xe9\u4e2d\U0001f600?\0\ud800") + "." for _ in range(rng.randrange(6)))
        return text * rng.choice((1, 1, 1, 7, 40))
    if kind == 5:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(4))) * rng.choice((1, 1, 100))
    if kind == 6:
        return bytearray(rng.randrange(256) for _ in range(rng.randrange(4)))
    if kind == 7:
        return complex(rng.randrange(9), -0.0)
    return "key%d" % rng.randrange(20)


def key(rng):
    return rng.choice(
        (rng.randrange(99), "k%d" % rng.randrange(9), b"%d" % rng.randrange(9), (rng.randrange(9), "x"), 1.5, None)
    )


def value(rng, depth, pool, old):
    """Makes a value; with old only what protocols 0 and 1 can write with cycles."""
    if pool and rng.random() < 0.1:
        return rng.choice(pool)
    if depth == 0 or rng.random() < 0.4:
        made = scalar(rng)
        if isinstance(made, (bytearray, str, bytes)):
            pool.append(made)
        return made
    count = rng.choice((0, 1, 2, 3, 4, 5, 30)) if rng.random() < 0.9 else 1100
    if count > 9:
        depth = 1
    kind = rng.randrange(7 if old else 8)
    if kind == 0:
        made = tuple(value(rng, depth - 1, pool, old) for _ in range(count))
    elif kind == 1:
        made = {key(rng) for _ in range(count)}
    elif kind == 2:
        made = frozenset(key(rng) for _ in range(count))
    elif kind in (3, 4):
        made = MyDict() if not old and rng.random() < 0.2 else {}
        pool.append(made)
        for _ in range(count):
            made[key(rng)] = value(rng, depth - 1, pool, old)
    elif kind == 5:
        made = Plain()
        pool.append(made)
        made.a, made.b = value(rng, depth - 1, pool, old), value(rng, depth - 1, pool, old)
    elif kind == 7:
        made = Slots()
        pool.append(made)
        made.a, made.b = value(rng, depth - 1, pool, old), value(rng, depth - 1, pool, old)
    else:
        made = MyList() if not old and rng.random() < 0.2 else []
        pool.append(made)
        made.extend(value(rng, depth - 1, pool, old) for _ in range(count))
    pool.append(made)
    return made


def same(left, right):
    """Compares type, value, order, sharing and cycles, without recursion."""
    seen, rest = {}, [(left, right)]
    while rest:
        a, b = rest.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, float):
            if struct.pack("d", a) != struct.pack("d", b):
                return False
        elif isinstance(a, (int, str, bytes, complex, set, frozenset, type(None))):
            if a != b or repr(a) != repr(b) and not isinstance(a, (set, frozenset)):
                return False
        elif id(a) in seen:
            if seen[id(a)] is not b:
                return False
        else:
            seen[id(a)] = b
            if isinstance(a, bytearray):
                if a != b:
                    return False
            elif isinstance(a, Slots):
                rest += [(a.a, b.a), (a.b, b.b)]
            elif isinstance(a, Plain):
                rest += [(a.__dict__, b.__dict__)]
            else:
                if len(a) != len(b):
                    return False
                rest += zip(a, b)
                if isinstance(a, dict):
                    rest += zip(a.values(), b.values())
    return len(set(map(id, seen.values()))) == len(seen)


def exchange(frame):
    sink.write(struct.pack("!i", len(frame)) + frame)
    sink.flush()
    return source.read(*struct.unpack("!i", source.read(4)))


def main():
    seed, count = map(int, sys.argv[1:])
    rng = random.Random(seed)
    changed = done = 0
    while done < count:
        pickles = []
        while len(pickles) < min(BATCH, count - done):
            protocol = rng.randrange(6)
            pickles.append(pickle.dumps(value(rng, rng.randrange(4), [], protocol < 2), protocol))
        answers = pickle.loads(exchange(pickle.dumps(pickles)))
        for data, answer in zip(pickles, answers):
            try:
                equal = same(pickle.loads(data), pickle.loads(answer))
            except Exception as error:
                equal = False
                print("%r: %.300r" % (error, answer), file=sys.stderr)
            if not equal and not changed:
                print("seed %d: %.300r became %.300r" % (seed, data, answer), file=sys.stderr)
            changed += not equal
        done += len(pickles)
    frame = ("report: %d values, %d changed" % (done, changed)).encode()
    sink.write(struct.pack("!i", len(frame)) + frame)
    sink.flush()


main()
