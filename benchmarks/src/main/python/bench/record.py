"""A run as a file, so that another run can be compared with it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any, Mapping, Sequence

from bench.errors import BenchError
from bench.goals import Cell, Failed, Goal, Outcome, Result, Skipped
from bench.measuring import Ratio

__all__ = ["Run"]

_FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Run:
    """All that is known of a run.

    Attributes:
        machine: where it took place, by words.
        outcomes: in the order of the cases.
        seconds: how long it took.
    """

    machine: Mapping[str, str]
    outcomes: Sequence[Outcome]
    seconds: float

    def save(self, file: pathlib.Path) -> None:
        """Write it as JSON, with the figure of every round."""
        content = {
            "format": _FORMAT,
            "machine": dict(self.machine),
            "seconds": self.seconds,
            "outcomes": [_to_json(outcome) for outcome in self.outcomes],
        }
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: pathlib.Path) -> Run:
        """Read what `save()` has written.

        Raises:
            BenchError: there is no such file, or it is something else.
        """
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(f"format {content['format']} (expected: {_FORMAT})")
            outcomes = [_from_json(outcome) for outcome in content["outcomes"]]
            return cls(content["machine"], outcomes, content["seconds"])
        except OSError as error:
            raise BenchError(f"{file}: {error.strerror}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise BenchError(f"{file} was not written by --json: {error!r}") from error


_KINDS = {"result": Result, "skipped": Skipped, "failed": Failed}


def _to_json(outcome: Outcome) -> dict[str, Any]:
    kind = next(name for name, kind in _KINDS.items() if isinstance(outcome, kind))
    return {"kind": kind, **dataclasses.asdict(outcome)}


def _from_json(fields: dict[str, Any]) -> Outcome:
    kind = _KINDS[fields.pop("kind")]
    if kind is Result:
        fields["ratio"] = Ratio(tuple(fields["ratio"]["values"]))
        fields["goal"] = fields["goal"] and Goal(**fields["goal"])
        fields["cell"] = fields["cell"] and Cell(**fields["cell"])
    return kind(**fields)  # type: ignore[no-any-return]
