"""Writes the payloads of the codec benchmark as pickles of protocol 4, the same in every run.

Run it as `python3 payloads.py FOLDER`.
"""

import dataclasses
import pathlib
import pickle
import random
import sys
from typing import Any


@dataclasses.dataclass
class Job:
    """A message of eight fields; the benchmark has records of them."""

    number: int
    user: str
    method: str
    score: float
    active: bool
    group: str
    retries: int
    path: str


def small_message(rng: random.Random) -> Any:
    """A request of a service."""
    return {
        "id": 12345,
        "method": "predict",
        "args": [1.5, 2.5, "abc"],
        "user": "alice",
        "ok": True,
        "tags": ["a", "b"],
    }


def task(rng: random.Random) -> Any:
    """What multiprocessing.Pool puts into its queue for one call."""
    return (17, 3, "work", ((4, 2.5, "item-4"),), {"timeout": 10})


def ints(rng: random.Random) -> Any:
    """A thousand integers of mixed size."""
    return [rng.randrange(2 ** rng.choice((7, 8, 16, 31, 40))) for _ in range(1000)]


def rows(rng: random.Random) -> Any:
    """Rows as a database cursor gives them."""
    return [
        {
            "id": index,
            "name": f"user-{index}",
            "score": rng.random(),
            "active": rng.random() < 0.5,
            "group": rng.choice(("red", "green", "blue")),
            "parent": rng.randrange(10000),
        }
        for index in range(10000)
    ]


def floats(rng: random.Random) -> Any:
    """A column of numbers."""
    return [rng.random() for _ in range(100000)]


def raw_bytes(rng: random.Random) -> Any:
    """A mebibyte."""
    return rng.getrandbits(8 << 20).to_bytes(1 << 20, "little")


def strings(rng: random.Random) -> Any:
    """Documents that are mostly text."""
    words = [
        "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randrange(2, 12)))
        for _ in range(3000)
    ]
    return [
        {
            "title": " ".join(rng.choices(words, k=5)),
            "author": rng.choice(words).capitalize(),
            "body": " ".join(rng.choices(words, k=40)),
            "tags": rng.choices(words, k=4),
            "city": rng.choice(("Z\xfcrich", "Paris", "\u6771\u4eac", "Oslo")),
        }
        for _ in range(1000)
    ]


def tree(rng: random.Random) -> Any:
    """A binary tree of depth 12 whose levels are lists and tuples in turn."""

    def node(depth: int) -> Any:
        if depth == 0:
            return rng.randrange(1000)
        pair = (node(depth - 1), node(depth - 1))
        return pair if depth % 2 else list(pair)

    return node(12)


def job(rng: random.Random) -> Job:
    """A job as an object."""
    return Job(12345, "alice", "predict", 0.75, True, "green", 3, "/data/in/part-0001.parquet")


def job_dict(rng: random.Random) -> Any:
    """The same job as a dict."""
    return dataclasses.asdict(job(rng))


PAYLOADS = {
    "job": job,
    "jobdict": job_dict,
    "msg": small_message,
    "task": task,
    "ints1k": ints,
    "rows10k": rows,
    "floats100k": floats,
    "bytes1m": raw_bytes,
    "strings": strings,
    "tree12": tree,
}


def main() -> None:
    """Writes one file for each payload."""
    Job.__module__ = "payloads"  # also when this file is the main program
    sys.modules["payloads"] = sys.modules[__name__]
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAYLOADS.items():
        value = make(random.Random(name))
        (folder / (name + ".pickle")).write_bytes(pickle.dumps(value, 4))


if __name__ == "__main__":
    main()
