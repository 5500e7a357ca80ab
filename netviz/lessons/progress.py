"""How far one came in each lesson, and what was answered, kept between two starts."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import StorageError
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.player import Answer

LARGEST_BYTES = 2**22
MOST_LESSONS = 300


@dataclass(frozen=True)
class Reached:
    """How far a lesson has come.

    Attributes
    ----------
    step, steps
        The furthest step that was begun, from 0, and of how many.
    is_finished
        Whether it was gone through to its end once.
    answers
        What was answered, by step from 0.
    """

    step: int = 0
    steps: int = 0
    is_finished: bool = False
    answers: Mapping[int, Answer] = field(default_factory=dict)


class ProgressBook:
    """The file that keeps it; a damaged one, or one that cannot be written, is as good as none.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Reached] = _read(path)

    def reached(self, key: str) -> Reached:
        """Return how far a lesson came; the beginning where it was never opened."""
        return self._known.get(key, Reached())

    def keep(self, key: str, reached: Reached) -> None:
        """Remember how far a lesson came, and that it was finished once."""
        was_finished = self.reached(key).is_finished
        finished = reached.is_finished or was_finished
        kept = Reached(reached.step, reached.steps, finished, dict(reached.answers))
        if self._known.get(key) == kept:
            return
        self._known.pop(key, None)
        self._known[key] = kept
        for oldest in list(self._known)[:-MOST_LESSONS]:
            del self._known[oldest]
        text = json.dumps({key: _plain(value) for key, value in self._known.items()})
        try:
            write_whole(self._path, lambda temporary: temporary.write_text(text, "utf-8"))
        except StorageError:
            return  # a place in a lesson is not worth a message


def _plain(reached: Reached) -> dict[str, Any]:
    answers = {str(step): _plain_answer(answer) for step, answer in reached.answers.items()}
    return {
        "step": reached.step,
        "steps": reached.steps,
        "finished": reached.is_finished,
        "answers": answers,
    }


def _plain_answer(answer: Answer) -> Any:
    if isinstance(answer, DrawnCurve):
        return {"steps": list(answer.steps), "values": list(answer.values)}
    return answer


def _read(path: Path) -> dict[str, Reached]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return {}
        found = json.loads(path.read_text("utf-8"))
        told = found.items() if isinstance(found, dict) else ()
        return {key: _reached(value) for key, value in told if isinstance(value, dict)}
    except (OSError, ValueError, OverflowError, RecursionError):
        return {}


def _reached(value: Mapping[str, Any]) -> Reached:
    answers = value.get("answers")
    told = answers.items() if isinstance(answers, dict) else ()
    read = {int(step): _answer(each) for step, each in told if step.isdecimal() and len(step) < 4}
    return Reached(
        _count(value.get("step")),
        _count(value.get("steps")),
        value.get("finished") is True,
        {step: answer for step, answer in read.items() if answer is not None},
    )


def _count(value: Any) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000
    return value if is_count else 0


def _answer(value: Any) -> Answer | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    if not isinstance(value, dict):
        return None
    steps, values = _numbers(value.get("steps")), _numbers(value.get("values"))
    return DrawnCurve(steps, values) if len(steps) == len(values) > 1 else None


def _numbers(value: Any) -> tuple[float, ...]:
    """Return a list's numbers; none where it is anything else."""
    items = value if isinstance(value, list) else []
    sound = all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each)
        for each in items
    )
    return tuple(map(float, items)) if sound else ()
