"""Drives a training session in the test's own thread, and reads what it reports."""

import contextlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from netviz.engine.network.build import build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import (
    ActivationsObserved,
    TestPredictions,
    WeightsObserved,
)
from netviz.engine.protocol.run_state import State
from netviz.engine.session.run_keeper import WRITER_NAME
from netviz.engine.session.session import TrainingSession

ALL_OBSERVATIONS = frozenset(
    {WeightsObserved, LayersRecorded, ActivationsObserved, TestPredictions}
)
"""Everything that views can watch."""

E = TypeVar("E")
Answer = Callable[[Event], Command | None]


class _NothingToDo(BaseException):
    """The session would wait for commands now."""


class _Inbox(SimpleQueue):  # type: ignore[type-arg]
    """Commands for a session that must never wait for one."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if timeout is None and self.empty():
            raise _NothingToDo
        return super().get(block, timeout)


class Driven:
    """A session with everything it has reported so far.

    Attributes
    ----------
    events
        Oldest first.
    session
        The one that is driven; served in the thread of the test.
    """

    def __init__(
        self,
        config: RunConfig | None = None,
        autosaves: Path | None = None,
        *,
        records_layers: bool = True,
        states: Path | None = None,
    ) -> None:
        self.events: list[Event] = []
        self._answer: Answer | None = None
        self.session = TrainingSession(
            self._take, _Inbox(), autosaves, states_root=states, records_layers=records_layers
        )
        if config:
            self.do(commands.Prepare(config))

    def do(self, *wishes: Command, answer: Answer | None = None) -> list[Event]:
        """Handle `wishes` until there is nothing left to do; return what was reported meanwhile.

        `answer` is called with each event at once; the command that it returns is handled next.
        """
        before = len(self.events)
        self._answer = answer
        for wish in wishes:
            self.session.submit(wish)
        with contextlib.suppress(_NothingToDo):
            self.session.serve()
        return self.events[before:]

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if self._answer and (command := self._answer(event)):
            self.session.submit(command)

    @property
    def state(self) -> State:
        """The state that was reported last."""
        return only(self.events, events.StateChanged)[-1].state

    @property
    def step(self) -> int:
        """The step that was reported last with a state."""
        return only(self.events, events.StateChanged)[-1].step


def wait_for_autosave() -> None:
    """Wait until no autosave is being written."""
    for thread in threading.enumerate():
        if thread.name == WRITER_NAME:
            thread.join()


def only(told: Iterable[Event], kind: type[E]) -> list[E]:
    """Return the events of one kind."""
    return [event for event in told if isinstance(event, kind)]


def losses(told: Iterable[Event]) -> dict[int, float]:
    """Return the loss of each step; the last one where a step came twice."""
    return _by_step(told, "losses")


def learning_rates(told: Iterable[Event]) -> dict[int, float]:
    """Return the learning rate that each step used."""
    return _by_step(told, "learning_rates")


def _by_step(told: Iterable[Event], what: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for progress in only(told, events.Progress):
        values: np.ndarray = getattr(progress, what)
        found.update(zip(progress.steps.tolist(), values.tolist(), strict=True))
    return found


def when_step(step: int, command: Command) -> Answer:
    """Answer the report of `step` with `command`, once."""
    waiting = [command]

    def answer(event: Event) -> Command | None:
        reached = isinstance(event, events.Progress) and event.step >= step
        return waiting.pop() if reached and waiting else None

    return answer


class Loss:
    """Cross-entropy that can be made to fail.

    Attributes
    ----------
    error
        Raised instead of returning a loss, if there is one.
    fails_in_training, fails_in_evaluation
        Where it is raised.
    on_training, on_evaluation
        Called at each batch, and at each evaluated chunk.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.fails_in_training = True
        self.fails_in_evaluation = True
        self.on_training: Callable[[], object] = lambda: None
        self.on_evaluation: Callable[[], object] = lambda: None

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        training = torch.is_grad_enabled()
        (self.on_training if training else self.on_evaluation)()
        if self.error and (self.fails_in_training if training else self.fails_in_evaluation):
            raise self.error
        return F.cross_entropy(logits, labels)


def mlp(inputs: int, hidden: Iterable[int], classes: int) -> nn.Sequential:
    """Build the default network for `inputs` pixels in a row."""
    config = RunConfig.parse({"hidden": tuple(hidden)})
    return build_model(config, (1, 1, inputs), classes)


def cnn(image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Build the small convolutional network."""
    return build_model(RunConfig.parse({"model": "cnn"}), image_shape, classes)
