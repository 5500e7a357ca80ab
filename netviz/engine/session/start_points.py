"""Where a run starts: at the weights of its seed, at those of a file, or in mid-run."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from netviz.engine.errors import ModelError
from netviz.engine.network.trusted_files import refuse_untrusted, trust_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run, refuse_resets
from netviz.engine.session.preparation import measure
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.session.saved_tree import SavedTree, read_saved_tree
from netviz.engine.storage.run_file import SavedRun
from netviz.engine.storage.run_folder import open_run, read_run
from netviz.engine.storage.weights_files import load_weights
from netviz.engine.training.devices import has_device
from netviz.engine.training.trainer import Trainer


@dataclass(frozen=True, eq=False)
class StartPoint:
    """Where a new run starts; with nothing given, at the weights that its seed makes.

    Attributes
    ----------
    weights, weights_path
        Weights and the file that they were read from.
    saved, folder
        A saved run and its folder.
    changes
        Options to change before the saved run goes on.
    missing_device
        Device of the saved run if this machine lacks it, else empty.
    tree
        The runs beside the saved one.
    taken_up
        The run that was left and is gone on with, where it is that.
    kept
        Weights of the run before, of which those are taken over that fit.
    sets_aside
        Whether the runs that there are wait until they are taken back.
    is_same_run
        Whether the run at hand, which is untrained, is only measured anew: a race goes on with it.
    """

    weights: dict[str, Tensor] | None = None
    weights_path: Path = Path()
    saved: SavedRun | None = None
    folder: Path = Path()
    changes: Mapping[str, Any] = field(default_factory=dict)
    missing_device: str = ""
    tree: SavedTree = field(default_factory=SavedTree)
    taken_up: SavedLeftRun | None = None
    is_same_run: bool = False
    kept: dict[str, Tensor] | None = None
    sets_aside: bool = False

    def begin(self, number: int, trainer: Trainer) -> Generator[None, None, tuple[Run, Tensor]]:
        """Make a run from a trainer that was just built.

        Returns
        -------
        tuple[Run, Tensor]
            The run and the logits of all test images; as the generator's value.

        Raises
        ------
        StorageError
            When what was read does not fit the trainer's network or data.
        """
        if self.saved is not None:
            return (yield from self._open(self.saved, number, trainer))
        if self.weights is not None:
            load_weights(trainer.model, self.weights, self.weights_path)
        weights, origin = self.weights, str(self.weights_path) if self.weights else ""
        if self.kept is not None:
            weights, origin = take_over(trainer, self.kept), "the run before"
        untrained, test_logits = yield from measure(trainer, EpochTally())
        return Run(number, trainer, untrained, weights, origin), test_logits

    def _open(
        self, saved: SavedRun, number: int, trainer: Trainer
    ) -> Generator[None, None, tuple[Run, Tensor]]:
        trainer.usual_threads = saved.threads
        trainer.use_threads()
        if saved.start is not None:
            load_weights(trainer.model, saved.start, self.folder)
        run = open_run(saved, number, trainer)
        _, test_logits = yield from measure(trainer, EpochTally())
        return run, test_logits


def kept_weights(run: Run) -> dict[str, Tensor]:
    """Return a copy of the weights of a run."""
    return {name: value.clone() for name, value in run.trainer.model.state_dict().items()}


def take_over(trainer: Trainer, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Put those of `weights` into a network that fit; return all that it begins with.

    Raises
    ------
    ModelError
        When none fits.
    """
    state = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    fitting = {
        name: value
        for name, value in weights.items()
        if name in state and state[name].shape == value.shape and state[name].dtype == value.dtype
    }
    if not fitting:
        raise ModelError(
            "No layer of the new network has the shape of one of the run before.",
            "Choose a network that is more like it, or begin with new weights.",
        )
    state |= {name: value.to(state[name].device) for name, value in fitting.items()}
    trainer.model.load_state_dict(state)
    return state


def left_run(left: SavedLeftRun, file: Path, *, trust_model: bool) -> tuple[StartPoint, RunConfig]:
    """Read a run that was left, which lies in `file`; as `saved_run`."""
    start, config = saved_run(commands.Open(file, trust_model=trust_model))
    # Those beside it in the file are here already, or were left where they are.
    return replace(start, folder=left.folder, taken_up=left, tree=SavedTree()), config


def saved_run(command: commands.Open) -> tuple[StartPoint, RunConfig]:
    """Read the run that `command` opens.

    Returns
    -------
    tuple[StartPoint, RunConfig]
        Where it goes on, and the settings at its step 0, with which it is prepared.

    Raises
    ------
    NetvizError
        When there is no saved run, it is broken, it does not allow the changes, or it names a
        Python file that the user has not chosen to run.
    """
    saved = read_run(command.folder)
    for each in (saved.initial_config, saved.snapshot.config):  # a later reset takes the latter
        if command.trust_model:
            trust_model(each)
        refuse_untrusted(each)
    device = saved.snapshot.config.device
    missing = "" if has_device(device) else device
    if missing:
        saved = saved.on_any_device()
    config = saved.snapshot.config
    refuse_resets(config.with_changes(command.changes), config)
    start = StartPoint(
        saved=saved,
        folder=command.folder,
        changes=command.changes,
        missing_device=missing,
        tree=read_saved_tree(saved.tree, command.folder),
    )
    return start, saved.initial_config
