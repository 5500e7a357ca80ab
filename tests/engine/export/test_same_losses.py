"""Random runs show the same losses undisturbed, saved and opened on the way, and as a script.

Each number is the seed of one run. Six of them are tried with the other tests; how to try more is
said in docs/reliability.md.
"""

import os
from pathlib import Path

import pytest
import torch

from netviz.engine.options.run_config import OPTIONS
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
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
    """

    def __init__(self, drawn: RandomRun, folder: Path | None) -> None:
        self.driven = Driven(drawn.config)
        self.told: list[events.Event] = []
        self.rewound_to: list[int] = []
        self._folder = folder
        self._saved_at = 0
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
            case Rewind() if not self._saved_at:
                # An opened run has other states to go back to than one that was never closed.
                self.driven.do(commands.Rewind(act.changes))
                self.rewound_to.append(self.driven.step)
            case SaveAndOpen():
                self._saved_at = self.driven.step
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
        self.driven = Driven()
        self.driven.do(commands.Open(folder))


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
    assert resumed.rewound_to == undisturbed.rewound_to
    assert resumed.losses == undisturbed.losses
    assert resumed.measured == undisturbed.measured
    if not undisturbed.driven.step:
        return
    script = tmp_path / "train.py"
    undisturbed.driven.do(commands.Export(ExportKind.SCRIPT, script))
    shown, _ = run_without_netviz(script)
    assert shown == undisturbed.losses
