"""Random runs show the same losses undisturbed, saved and opened on the way, and as a script.

Each number is the seed of one run. Six of them are tried with the other tests; how to try more is
said in docs/reliability.md.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from netviz.engine.options.run_config import OPTIONS
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from tests.engine.export.conftest import Runner
from tests.engine.export.random_runs import (
    NEVER_DRAWN,
    VALUES,
    Change,
    RandomRun,
    Rewind,
    SaveAndOpen,
    Train,
)
from tests.support import Driven, losses, only, when_step

FIRST = int(os.environ.get("NETVIZ_RANDOM_RUNS_FIRST", "0"))
COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "6"))


class Attempt:
    """A random run under way, in one session after another.

    Attributes
    ----------
    driven
        The session at hand.
    told
        What all of them reported.
    rewound_to
        Steps that the run went back to.
    took_other_way
        Whether the run went back after it was, or would have been, opened from a file: to where it
        goes depends on that.
    """

    def __init__(self, drawn: RandomRun, folder: Path | None) -> None:
        self.driven = Driven(drawn.config)
        self.told: list[events.Event] = []
        self.rewound_to: list[int] = []
        self.took_other_way = False
        self._folder = folder
        self._was_saved = False
        for act in drawn.acts:
            self._do(act)
        if not drawn.stops and self._has_epochs_left():
            self.driven.do(commands.Start())
        self.told += self.driven.events
        assert not only(self.told, events.Failed)
        refusals = {refused.message for refused in only(self.told, events.Refused)}
        assert refusals <= {"All epochs are trained."}  # fewer were wanted than there were

    @property
    def losses(self) -> list[float]:
        """The losses of all steps that led to where the run is."""
        opened = [told.progress for told in only(self.told, events.Opened) if told.progress]
        known = {**losses(opened), **losses(self.told)}
        return [known[step] for step in range(1, self.driven.step + 1)]

    @property
    def run(self) -> Run:
        """The run as it is in the end."""
        run = self.driven.session.run
        assert run is not None
        return run

    @property
    def measured(self) -> list[tuple[int, float, float]]:
        """Step, test loss and test accuracy of the epochs that led to where the run is."""
        known = {}
        for told in only(self.told, events.EpochFinished):
            last = told.measurement
            known[last.step] = last.step, last.test_loss, last.test_accuracy
        return [known[step] for step in sorted(known) if step <= self.driven.step]

    def _has_epochs_left(self) -> bool:
        return self.driven.state is not State.FINISHED

    def _do(self, act: Train | Change | Rewind | SaveAndOpen) -> None:
        match act:
            case Train():
                self._train(act)
            case Change():
                self.driven.do(commands.Change(act.changes))
            case Rewind():
                # An opened run has other states to go back to than one that was never closed.
                self.took_other_way |= self._was_saved
                self.driven.do(commands.Rewind(act.changes))
                self.rewound_to.append(self.driven.step)
            case SaveAndOpen():
                self._was_saved = True
                if self._folder:
                    self._reopen(self._folder)

    def _train(self, act: Train) -> None:
        if act.singly:
            for _ in range(act.batches):
                if self._has_epochs_left():
                    self.driven.do(commands.Step())
        elif self._has_epochs_left():
            target = self.driven.step + act.batches
            self.driven.do(commands.Start(), answer=when_step(target, commands.Pause()))

    def _reopen(self, folder: Path) -> None:
        self.driven.do(commands.Save(folder))
        self.told += self.driven.events
        torch.manual_seed(99)
        torch.set_num_threads(2)  # until the run sets its own
        self.driven = Driven()
        self.driven.do(commands.Open(folder))


def straight_losses(run: Run) -> list[float]:
    """The losses of a run that was changed as `run` was, but never held, taken back or opened."""
    changes: dict[int, dict[str, Any]] = {}
    for entry in run.ledger:
        changes.setdefault(entry.step, {})[entry.option] = entry.new
    driven, last = Driven(run.initial_config), run.trainer.step

    def answer(event: events.Event) -> commands.Command | None:
        if not isinstance(event, events.Progress):
            return None
        if event.step == last:
            return commands.Pause()
        return commands.Change(changes.pop(event.step)) if event.step in changes else None

    told = driven.do(commands.Start(), answer=answer) if last else []
    return list(losses(told).values())


def test_every_option_is_drawn_or_left_out_for_a_reason() -> None:
    assert {*VALUES} | {*NEVER_DRAWN} == {*OPTIONS}
    assert not {*VALUES} & {*NEVER_DRAWN}


@pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_a_random_run_shows_the_same_losses_however_it_is_trained(
    seed: int, tmp_path: Path, run_without_netviz: Runner
) -> None:
    drawn = RandomRun(seed)
    print(drawn.config.changes_from(type(drawn.config)()), *drawn.acts, sep="\n")  # noqa: T201
    undisturbed = Attempt(drawn, None)
    resumed = Attempt(drawn, tmp_path / "run")
    if not resumed.took_other_way:
        assert resumed.rewound_to == undisturbed.rewound_to
        assert resumed.losses == undisturbed.losses
        assert resumed.measured == undisturbed.measured
    for attempt in (resumed, undisturbed) if resumed.took_other_way else (resumed,):
        if attempt.driven.step:
            assert straight_losses(attempt.run) == attempt.losses
            script = tmp_path / "train.py"
            attempt.driven.do(commands.Export(ExportKind.SCRIPT, script))
            shown, _ = run_without_netviz(script)
            assert shown == attempt.losses
