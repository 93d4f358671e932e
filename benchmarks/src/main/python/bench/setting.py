"""What all cases of one run have in common."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import random
import tempfile
from typing import ContextManager, Iterator, NamedTuple, Sequence

import jarpipe

from bench.errors import BenchError
from bench.measuring import Sample, Side, take_turns
from bench.parties import Party, compile_c
from bench.progress import Progress

__all__ = ["BENCHMARKS", "JVM_WARM_UP", "SMALL", "Setting"]

BENCHMARKS = pathlib.Path(__file__).resolve().parents[4]
"""The folder of the checkout that this package is in."""

JVM_WARM_UP = 1.0
"""Seconds until a new JVM is as fast as it will be, and gets its share of what others take, too."""

SMALL = {
    "id": 12345,
    "method": "predict",
    "args": [1.5, 2.5, "abc"],
    "user": "alice",
    "ok": True,
    "tags": ["a", "b"],
}
"""A request of a service: 118 bytes pickled."""


class _Length(NamedTuple):
    """How much is measured.

    Many short rounds rather than few long ones: their smallest and largest say more about what
    another run will find, whose medians shall lie between them. Of twelve of the same distribution
    they do not in one of eighty cases, of 24 in hardly any.
    """

    rounds: int
    seconds: float
    warm_up: float


_FULL = _Length(rounds=42, seconds=0.075, warm_up=2.5)
_QUICK = _Length(rounds=24, seconds=0.03, warm_up=0.3)


_MOST_PADDING = 4096
_PADDING = "JARPIPE_BENCH_PADDING"
"""A variable that is not read: where memory lies in a process depends on how long its environment
is, and a comparison may come out otherwise for that alone. So each setting has another length, and
what that does is in the spread of one run, not between two.
"""

_WAITING = "-Xbatch"
"""Lets the JVM wait for its compiler, which otherwise may be at work after the warm-up, too."""


@dataclasses.dataclass
class Setting:
    """How long and how often to measure, and with what.

    Attributes:
        quick: whether only what has a goal is measured, and shorter.
        rounds: how many rounds count.
        seconds: about how long one side runs in one round.
        warm_up: for about how many seconds the first side runs before that.
        folder: for what the run leaves behind.
        classes: the Java parties.
        bridge: the daemon that runs them.
        reporter: is told how far the run is.
    """

    quick: bool
    rounds: int
    seconds: float
    warm_up: float
    folder: pathlib.Path
    classes: str
    bridge: jarpipe.Bridge
    reporter: Progress
    _c_peer: pathlib.Path | None = None
    _no_c_peer: str | None = None

    @classmethod
    @contextlib.contextmanager
    def prepared(
        cls,
        *,
        quick: bool,
        reporter: Progress,
        rounds: int | None = None,
        seconds: float | None = None,
    ) -> Iterator[Setting]:
        """Start a private daemon, and compile the peer in C.

        Raises:
            BenchError: the Java parties are not compiled.
        """
        classes, usual = _classes(), _QUICK if quick else _FULL
        os.environ.pop("JARPIPE_ADDRESS", None)  # a shared daemon has other classes and other work
        os.environ[_PADDING] = "x" * random.randrange(_MOST_PADDING)
        with tempfile.TemporaryDirectory(prefix="jarpipe-bench-") as name, jarpipe.Bridge(
            classpath=[classes], java_options=[_WAITING]
        ) as bridge:
            folder = pathlib.Path(name)
            peer = folder / "peer"
            reason = compile_c(BENCHMARKS / "src" / "main" / "c" / "peer.c", peer)
            setting = cls(
                quick=quick,
                rounds=rounds or usual.rounds,
                seconds=seconds or usual.seconds,
                warm_up=usual.warm_up,
                folder=folder,
                classes=classes,
                bridge=bridge,
                reporter=reporter,
            )
            setting._c_peer, setting._no_c_peer = (None, reason) if reason else (peer, None)
            yield setting

    def part(self, parts: int, *, is_warm: bool = False) -> Setting:
        """Return the same with one of several parts of the rounds.

        Args:
            parts: how many there are.
            is_warm: whether the JVM has run the same before.
        """
        warm_up = 0.0 if is_warm else self.warm_up
        return dataclasses.replace(self, rounds=-(-self.rounds // parts), warm_up=warm_up)

    @property
    def c_peer(self) -> pathlib.Path:
        """The executable of the peer in C; only if `no_c_peer` is nothing."""
        assert self._c_peer is not None
        return self._c_peer

    @property
    def no_c_peer(self) -> str | None:
        """Why there is no peer in C."""
        return self._no_c_peer

    def progress(self, what: str) -> None:
        """Say where in the case it is."""
        self.reporter.say(what)

    def turns(
        self,
        sides: Sequence[Side],
        *,
        seconds: float | None = None,
        rounds: int | None = None,
        warm_up: float = 0,
        during: ContextManager[None] | None = None,
    ) -> dict[str, list[Sample]]:
        """Let the sides take turns.

        Args:
            sides: what is compared.
            seconds: about how long one side runs in one round, if not as long as usual.
            rounds: how many rounds count at most.
            warm_up: for how many seconds at least the first side runs before that.
            during: entered for the rounds.
        """
        return take_turns(
            sides,
            rounds=min(rounds or self.rounds, self.rounds),
            seconds=seconds or self.seconds,
            warm_up=max(warm_up, self.warm_up),
            progress=self.progress,
            during=during,
        )

    @contextlib.contextmanager
    def parties(self) -> Iterator[list[Party]]:
        """Collect the parties of a case, and end them with it; all are killed if one fails."""
        parties: list[Party] = []
        try:
            yield parties
            while parties:
                parties[-1].close()
                parties.pop()
        except BaseException:
            for party in parties:
                party.kill()
            raise


def _classes() -> str:
    """Find the Java parties of the last build, be it with checks or without."""
    party = pathlib.Path("io", "jarpipe", "benchmarks", "parties", "Commands.class")
    folders = [BENCHMARKS / "target" / name for name in ("classes", "fast-classes")]
    compiled = [folder for folder in folders if (folder / party).exists()]
    if not compiled:
        raise BenchError(
            f"there are no classes in {BENCHMARKS / 'target'}: run 'mvn -q -Pfast package'"
        )
    return str(max(compiled, key=lambda folder: (folder / party).stat().st_mtime))
