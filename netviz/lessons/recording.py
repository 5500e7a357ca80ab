"""Writes down what somebody does with a run, as a lesson to be edited."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netviz.engine.errors import NetvizError
from netviz.engine.options.option import brief_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.lessons.lesson import MOST_STEPS, TABS
from netviz.lessons.lesson_settings import ALLOWED, LIVE, refusal

_TRAINS = ("train", "race")


class RecordingError(NetvizError):
    """A run is of a kind that no lesson can begin with."""


@dataclass
class _Step:
    """One step as it is written: its actions in their order, and what is said of each."""

    actions: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        """Whether it has trained, so that what comes next is a step of its own."""
        return any(name in self.actions for name in _TRAINS)


class Recorder:
    """Writes a lesson while a run is worked with.

    Parameters
    ----------
    config
        The run's settings as they are now.
    step
        Steps that it has trained; the lesson trains them first.
    ledger
        Its changes so far.
    started_from
        File that it began with the weights of; empty for none.

    Raises
    ------
    RecordingError
        When no lesson can begin like this run.
    """

    def __init__(
        self,
        config: RunConfig,
        step: int = 0,
        ledger: Sequence[LedgerEntry] = (),
        started_from: str = "",
    ) -> None:
        if started_from:
            raise RecordingError(
                "This run began with the weights of a file, which a lesson cannot name.",
                "Reset it, and record then.",
            )
        for entry in reversed(ledger):
            config = config.with_changes({entry.option: entry.old})
        if reason := _refused(config):
            raise RecordingError(f"This run cannot be recorded. {reason}")
        self._start = config
        self._steps: list[_Step] = [_Step()]
        self._at = 0
        for entry in ledger:
            self.note_changes(entry.step, {entry.option: entry.new})
        self.note_steps(step)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done."""
        return not any(step.actions or step.said for step in self._steps)

    def note_steps(self, step: int) -> None:
        """The run was trained to a step."""
        more, self._at = step - self._at, step
        if more <= 0:
            return
        last = self._steps[-1]
        if "race" in last.actions:
            race = last.actions["race"]
            race["steps"] = min(MOST_STEPS, race["steps"] + more)
            return
        known = last.actions.get("train", 0)
        while known + more > MOST_STEPS:
            last.actions["train"] = MOST_STEPS
            more, known = known + more - MOST_STEPS, 0
            last = _Step()
            self._steps.append(last)
        last.actions["train"] = known + more

    def note_changes(self, step: int, changes: Mapping[str, Any]) -> None:
        """Settings were changed at a step, of which those are kept that a lesson can choose."""
        self.note_steps(step)
        kept = {name: value for name, value in changes.items() if name in LIVE}
        if kept:
            actions = self._open("set").actions
            actions["set"] = {**actions.get("set", {}), **kept}

    def note_back(self, step: int) -> None:
        """The run went back to a step."""
        if step != self._at:
            self._open("back_to", is_new=True).actions["back_to"] = step
            self._at = step

    def note_new_run(self, config: RunConfig) -> None:
        """Another run was begun."""
        self._at = 0
        if reason := _refused(config):
            self.note_sentence(f"Here another run was begun. {reason}")
            return
        changes = config.changes_from(self._start)
        kept = {name: value for name, value in changes.items() if name in ALLOWED}
        self._open("new_run", is_new=True).actions["new_run"] = kept

    def note_race(self, configs: Sequence[RunConfig]) -> None:
        """Runs with these settings race from here."""
        differing = [
            name
            for name in LIVE
            if any(getattr(each, name) != getattr(configs[0], name) for each in configs)
        ]
        if len(differing) != 1:
            self.note_sentence("Here runs raced that differ in several settings.")
            return
        values = [getattr(each, differing[0]) for each in configs]
        step = self._open("race", is_new=True)
        step.actions["race"] = {differing[0]: values, "steps": 0}

    def note_image(self, image: int) -> None:
        """A test image was put on the pad."""
        self._open("draw").actions["draw"] = image

    def note_tab(self, tab: str) -> None:
        """A tab was brought to the front."""
        if tab in TABS:
            self._open("tab").actions["tab"] = tab

    def note_sentence(self, sentence: str) -> None:
        """Something was done that no lesson can do."""
        self._open("", is_new=True).said.append(sentence)

    def text(self, title: str) -> str:
        """Write the lesson."""
        settings = self._start.changes_from(RunConfig())
        run = [f"{name} = {toml(settings[name])}" for name in ALLOWED if name in settings]
        head = [f"title = {toml(title)}", "minutes = 10", 'level = "beginner"', 'summary = "…"']
        lines = ["+++", *head, "", "[run]", *run, "+++", ""]
        steps = [step for step in self._steps if step.actions or step.said]
        for number, step in enumerate(steps or [_Step()], 1):
            lines += [f"## Step {number}", "", *_words(step), ""]
            actions = [_line(name, value) for name, value in step.actions.items()]
            actions = [line for line in actions if line]
            if actions:
                lines += ["```do", *actions, "```", ""]
        return "\n".join(lines)

    def _open(self, action: str, *, is_new: bool = False) -> _Step:
        """Return the step that takes an action: a new one where the last one has trained.

        What is done anew without training between takes the place of the same before.
        """
        last = self._steps[-1]
        if last.is_closed or (is_new and (last.actions or last.said)):
            last = _Step()
            self._steps.append(last)
        last.actions.pop(action, None) if action != "set" else None
        return last


def toml(value: Any) -> str:
    """Write a value as TOML.

    >>> toml((0.1, "a", True, (1, 2.5)))
    '[0.1, "a", true, [1, 2.5]]'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{name} = {toml(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return repr(value)


def _line(name: str, value: Any) -> str:
    """Write an action; nothing for a race that was never trained."""
    if name == "race" and not value["steps"]:
        return ""
    return f"{name} = {toml(value)}"


def _words(step: _Step) -> list[str]:
    """Say what a step does, for whoever edits it."""
    said = list(step.said)
    for name, value in step.actions.items():
        if name in ("set", "new_run"):
            settings = ", ".join(
                f"{OPTIONS[n].label.lower()} {brief_value(OPTIONS[n], each)}"
                for n, each in value.items()
            )
            said.append(
                f"{'A new run' if name == 'new_run' else 'Set'}: {settings or 'as before'}."
            )
        elif name == "train":
            said.append(f"Train {value:,} steps.")
        elif name == "back_to":
            said.append(f"Back to step {value:,}.")
        elif name == "race":
            said.append(f"A race of {len(next(iter(value.values())))} runs.")
    return [f"- {each}" for each in said] or ["Say here what is to be seen."]


def _refused(config: RunConfig) -> str:
    """Say why no lesson can have these settings; empty where one can."""
    for name in ALLOWED:
        if reason := refusal(name, getattr(config, name)):
            return " ".join(reason)
    return ""
