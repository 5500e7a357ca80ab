"""Rehearses a network of the user's own before it is trained: would it go on as it was?

What it keeps outside of its parameters and buffers is in no snapshot and in no file. A run of it
would go on with other losses after it was saved and opened, or taken back, and nobody would know.
"""

import contextlib
import io
import math
import sys
from collections.abc import Callable, Generator
from typing import Any

from netviz.engine.errors import ModelError, NetvizError
from netviz.engine.network import other_generators
from netviz.engine.network.kept_values import (
    Kept,
    counters,
    drawn_from,
    kept_values,
    names_of_changed,
)
from netviz.engine.network.python_file import MODULE_NAME, spoken_name
from netviz.engine.options.network import MODELS
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.history import StepHistory
from netviz.engine.run.record import RunRecord
from netviz.engine.storage.run_file import pack, unpack_bytes
from netviz.engine.storage.run_folder import open_run
from netviz.engine.training.memory_errors import is_out_of_memory
from netviz.engine.training.random_state import undisturbed
from netviz.engine.training.trainer import Snapshot, Trainer

_IMAGES = 4
"""In a batch: enough for a batch normalisation, and quickly trained."""

_FAR = 2**7 * 3**2 * 5**5 * 7
"""What is due every so many batches, or after so many, is mostly due at this one."""

_TOLERANCE = 0.01
"""Relative difference of two losses where the device does not compute the same bits each time."""

_NAMED = 3
_UNTRAINED = Measurement(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

_IN_BUFFERS = "Keep it in a buffer (self.register_buffer), or make it anew in each forward."
_WITH_TORCH = "Draw them with torch, as in torch.rand(())."
_BY_THE_SEED = "Make it of torch's random numbers only, and of no clock."


class _UnknownError(Exception):
    """Nothing can be said: the network fails by itself, or its device is not exact."""


def rehearse(trainer: Trainer) -> Generator[None, None, tuple[str, ...]]:
    """Train copies of a network for two small batches in several ways, which have to agree.

    The trainer, its data and all random states stay as they are. Networks that NetViz builds
    keep nothing, and are not rehearsed.

    Returns
    -------
    tuple[str, ...]
        What the user should know of a network that passes; as the generator's value.

    Raises
    ------
    ModelError
        When its run could not go on as it was.
    """
    if trainer.config.model in MODELS:
        return ()
    rehearsal = _Rehearsal(trainer)
    try:
        for part in rehearsal.parts:
            # What the network prints is not heard: it does so again when it is trained.
            with undisturbed(), contextlib.redirect_stdout(io.StringIO()):
                part()
            yield
    except _UnknownError:
        return ()
    except NetvizError:
        raise
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelError(
            f"{spoken_name(trainer.config.model)} fails when it is made and trained again: {text}",
            "A saved run could not be opened; correct the file and try again.",
        ) from error
    return rehearsal.cautions()


class _Rehearsal:
    """The ways to train two batches, in turn, and what came of them."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._what = spoken_name(trainer.config.model)
        self._config = trainer.config
        self._losses = math.nan, math.nan
        self._file = b""
        self._kept: Kept = {}
        self._carried: tuple[str, ...] = ()
        self._second: tuple[Trainer, Snapshot] | None = None

    @property
    def parts(self) -> tuple[Callable[[], None], ...]:
        """What there is to do, in this order."""
        return self._train, self._train_again, self._go_on, self._go_back, self._count_on

    def cautions(self) -> tuple[str, ...]:
        """Return what the user should know."""
        if not self._carried:
            return ()
        meaning = (
            "Its losses did not depend on that when it was tried. Should they do so later, an "
            "opened run goes on with others; what is in a buffer (self.register_buffer) is saved."
        )
        what = f"{self._what} keeps {self._names} from batch to batch, which no saved run holds."
        return what, meaning

    def _train(self) -> None:
        """Train two batches, and save the run between them."""
        first, loss = self._begun()
        record = RunRecord(
            snapshot=first.snapshot(),
            initial_config=first.config,
            history=StepHistory(),
            measurements=[_UNTRAINED],
            ledger=(),
            tally=EpochTally(),
            start=None,
            started_from="",
            threads=first.threads,
        )
        try:
            self._file = pack(record)
        except NetvizError as error:
            raise ModelError(
                f"{self._what} could not be saved after its first batch. {error.message}",
                "Keep only dense tensors in its buffers.",
            ) from error
        kept, states = kept_values(first.model, _namespace()), other_generators.states()
        self._losses = loss, _trained(first)
        drawn = [name for name, state in other_generators.states().items() if states[name] != state]
        drawn += drawn_from(kept, kept_values(first.model, _namespace()))
        if drawn:
            raise ModelError(
                f"{self._what} draws random numbers from {', '.join(drawn[:_NAMED])} while it is "
                "trained. No saved run holds its state, so an opened one would draw others.",
                _WITH_TORCH,
            )

    def _begun(self) -> tuple[Trainer, float]:
        """Train the first batch: a small one, or one as it will be if the network needs that."""
        config = self._config
        for images in (_IMAGES, config.batch_size):
            self._config = _small(config, images)
            first = self._made()
            _refuse_unset(first, self._what)
            try:
                return first, _trained(first)
            except Exception as error:  # noqa: BLE001 - in the training it will be explained
                reason = error
        raise _UnknownError from reason

    def _train_again(self) -> None:
        """Train them with a copy that was made anew from the same seed."""
        second = self._made()
        losses = [_trained(second)]
        snapshot = second.snapshot()
        losses.append(_trained(second))
        for expected, loss in zip(self._losses, losses, strict=True):
            if self._differ(expected, loss):
                if second.device.type != "cpu":
                    raise _UnknownError
                raise ModelError(
                    f"{self._what} does not give the same losses when it is made and trained "
                    f"again from the same seed: {expected:.6g}, and then {loss:.6g}.",
                    _BY_THE_SEED,
                )
        self._kept = kept_values(second.model, _namespace())
        self._second = second, snapshot

    def _go_on(self) -> None:
        """Open the saved run, and train the second batch."""
        made = self._made()
        try:
            open_run(unpack_bytes(self._file), 0, made)
        except NetvizError as error:
            raise ModelError(
                f"{self._what} was saved after its first batch, and could not be opened again. "
                f"{error.message}",
                "Make all of its parameters and buffers in __init__.",
            ) from error
        before = kept_values(made.model, _namespace())
        loss = _trained(made)
        now = kept_values(made.model, _namespace())
        carried = names_of_changed(self._kept, now) & names_of_changed(before, now)
        self._carried = tuple(sorted(carried))
        self._expect(loss, "it was saved and opened before that")

    def _go_back(self) -> None:
        """Train the second batch once more, and once more after a measurement."""
        assert self._second is not None
        second, snapshot = self._second
        second.restore(snapshot)
        self._expect(_trained(second), "it was taken back to the first one before")
        second.restore(snapshot)
        states = other_generators.states()
        images, labels = second.data.test_images[:_IMAGES], second.data.test_labels[:_IMAGES]
        for _ in second.evaluate(images, labels):
            pass
        loss = _trained(second)
        if self._differ(self._losses[1], loss) or states != other_generators.states():
            raise ModelError(
                f"{self._what} is changed by being measured: the loss of its second batch is "
                f"{self._losses[1]:.6g}, but {loss:.6g} after a measurement.",
                "Change what it keeps only if self.training, and draw random numbers with torch.",
            )

    def _count_on(self) -> None:
        """Train the second batch as if what counts batches had counted many."""
        assert self._second is not None
        if not self._carried:
            return
        second, snapshot = self._second
        second.restore(snapshot)
        before = counters(second.model)
        _trained(second)
        counts = [
            (module, name, value, value - before[key][2])
            for key, (module, name, value) in counters(second.model).items()
            if key in before and value != before[key][2]
        ]
        for due in (_FAR, _FAR - 1):
            second.restore(snapshot)
            for module, name, value, step in counts:
                setattr(module, name, type(value)(due * step))
            try:
                loss = _trained(second)
            except Exception:  # noqa: BLE001 - such as a list that is too short: it tells nothing
                continue
            self._expect(loss, "that has counted for long")

    def _made(self) -> Trainer:
        """Make the network anew, as it is made when a run is opened."""
        return Trainer(self._config, self._trainer.data, self._trainer.device)

    def _expect(self, loss: float, otherwise: str) -> None:
        """Refuse a network whose second batch has another loss than it had."""
        if self._differ(self._losses[1], loss):
            raise ModelError(
                f"{self._what} keeps {self._names or 'something'} from batch to batch, which no "
                f"saved run holds: the loss of its second batch is {self._losses[1]:.6g}, but "
                f"{loss:.6g} if {otherwise}.",
                _IN_BUFFERS,
            )

    def _differ(self, expected: float, loss: float) -> bool:
        if self._trainer.device.type == "cpu":
            return loss != expected
        return not math.isclose(loss, expected, rel_tol=_TOLERANCE)

    @property
    def _names(self) -> str:
        more = ["..."] if len(self._carried) > _NAMED else []
        return ", ".join([*self._carried[:_NAMED], *more])


def _small(config: RunConfig, images: int) -> RunConfig:
    """Return the settings of a rehearsal: every batch moves the weights, and none throws them."""
    return config.with_changes(
        {
            "batch_size": min(images, config.batch_size),
            "accumulate": 1,
            "schedule": "constant",
            "learning_rate": OPTIMIZERS[config.optimizer].usual_rate,
        }
    )


def _trained(trainer: Trainer) -> float:
    """Train a batch; return its loss."""
    try:
        loss = float(trainer.train_batch().loss)
    except Exception as error:
        if is_out_of_memory(error):
            raise _UnknownError from error
        raise
    if not math.isfinite(loss):
        raise _UnknownError
    return loss


def _refuse_unset(trainer: Trainer, what: str) -> None:
    """Refuse weights that are no numbers: a run that is saved with them counts as broken."""
    for name, weights in trainer.model.named_parameters():
        if not weights.isfinite().all():
            raise ModelError(
                f"{what} begins with weights that are no finite numbers: {name}.",
                "Set them in __init__, as with torch.nn.init.",
            )


def _namespace() -> dict[str, Any]:
    """Return the global variables of the file that was run last."""
    return vars(sys.modules[MODULE_NAME])
