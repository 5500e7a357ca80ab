"""Makes the events that report what happened in a session."""

import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netviz.engine.datasets.checks import DataNotes
from netviz.engine.errors import ConfigError, ModelError, NetvizError, TrainingError
from netviz.engine.network.build import parameter_count
from netviz.engine.network.describe import describe_network
from netviz.engine.network.trusted_files import UntrustedFileError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import Change, Command, GoOnWith, Open, PreviewAugmentation
from netviz.engine.protocol.observations import AugmentedSamples
from netviz.engine.protocol.run_state import Place
from netviz.engine.run.divergence import Divergence, Trouble
from netviz.engine.run.remedy import rate_that_works
from netviz.engine.run.run import Run
from netviz.engine.training.augmentation import is_augmented, preview
from netviz.number_text import rate_text


def refused(run: int, error: Exception, request: int = 0) -> events.Refused:
    """Explain an error in its own words, or by its type and text if it is unexpected.

    `request` is the number of the `Change` command that is refused, if it is one.
    """
    details = "".join(traceback.format_exception(error))
    if isinstance(error, NetvizError):
        is_usage = isinstance(error, ConfigError | ModelError)
        return events.Refused(
            run, error.message, error.hint, details, request, error.remedy, is_usage
        )
    message = f"Something unexpected went wrong: {type(error).__name__}: {error}."
    hint = "Go back to the last good state, or reset."
    return events.Refused(run, message, hint, details, request)


def refused_command(run: int, error: NetvizError, command: Command) -> events.Refused:
    """Explain why a command is refused, with the one that would not be if the user agreed."""
    reason = refused(run, error, command.request if isinstance(command, Change) else 0)
    if isinstance(error, UntrustedFileError) and isinstance(command, Open | GoOnWith):
        return replace(reason, consent=replace(command, trust_model=True))
    return reason


def failed(run: int, error: Exception) -> events.Failed:
    """Explain an error that ends training; the step is added later."""
    reason = refused(run, error)
    return events.Failed(run, reason.message, reason.hint, reason.details, 0, None, reason.remedy)


def failed_at(run: Run, error: Exception) -> events.Failed:
    """Explain an error that ends the training of `run`, which may go back from where it is."""
    return replace(failed(run.number, error), step=run.trainer.step, rewind_step=run.good_step)


def not_finite(
    loss: float, step: int, config: RunConfig, better_rate: float | None = None
) -> TrainingError:
    """Explain that training has diverged, and what to do about it.

    `better_rate` is the learning rate to offer; None for a usual one.
    """
    what = "not a number (NaN)" if np.isnan(loss) else "infinite"
    return TrainingError(
        f"The loss became {what} at step {step:,}.",
        f"The learning rate {rate_text(config.learning_rate)} is probably too large: "
        "go back to the last good state with a smaller one.",
        {"learning_rate": better_rate or rate_that_works(config)},
    )


_WHAT_HAPPENED = {
    Trouble.FAR_ABOVE: "The loss is far above that of an untrained network",
    Trouble.FELL_BACK: "The loss is back at that of an untrained network",
    Trouble.NEVER_LEARNED: "The loss stays at that of an untrained network, after wild first steps",
}

_WHY = {
    Trouble.FAR_ABOVE: "overshoots, and the weights have been thrown far from where they were.",
    Trouble.FELL_BACK: "has destroyed what was learned, and a smaller one alone does not "
    "bring it back.",
    Trouble.NEVER_LEARNED: "has probably left it with dead units, which no longer learn.",
}


def diverging(run: Run, divergence: Divergence) -> events.Diverging:
    """Explain that the losses are those of a ruined network, and what to do about it."""
    since, rate = divergence.since_step, run.trainer.config.learning_rate
    when = f"since step {since:,}" if since else "from the first steps on"
    return events.Diverging(
        run.number,
        f"{_WHAT_HAPPENED[divergence.trouble]}: training has diverged {when}.",
        f"The learning rate {rate_text(rate)} is probably too large: it "
        f"{_WHY[divergence.trouble]} Go back to a state from before.",
        divergence.step,
        since,
        rate,
        run.good_step,
        {"learning_rate": run.better_rate},
    )


def prepared(run: Run, notes: DataNotes, cautions: tuple[str, ...]) -> events.Prepared:
    """Describe a run that is ready."""
    trainer = run.trainer
    data = trainer.data
    return events.Prepared(
        run.number,
        trainer.config,
        trainer.device.type,
        trainer.threads,
        parameter_count(trainer.model),
        len(data.train_labels),
        len(data.test_labels),
        data.classes,
        data.image_shape,
        data.source.arrays(),
        run.measurements[0],
        notes.warnings,
        notes.left_out,
        run.started_from,
        trainer.step,
        network=describe_network(trainer.model, data.image_shape),
        cautions=cautions,
    )


def goes_on(described: events.Prepared, run: Run, *, is_back: bool = False) -> events.Prepared:
    """Describe a run that goes on from where it is, by the description of one like it.

    Parameters
    ----------
    is_back
        Whether it was brought back itself.
    """
    trainer = run.trainer
    return replace(
        described,
        run=run.number,
        config=trainer.config,
        threads=trainer.next_threads,
        step=trainer.step,
        warnings=(),
        cautions=(),
        is_back=is_back,
    )


def augmented(run: Run, command: PreviewAugmentation) -> AugmentedSamples:
    """Augment the training images that `command` asks for as training would now."""
    trainer = run.trainer
    count = len(trainer.data.train_labels)
    indices = tuple(index for index in command.indices if 0 <= index < count)
    images = preview(trainer.data.train_images[list(indices)], trainer.config, command.seed)
    is_on = is_augmented(trainer.config)
    return AugmentedSamples(run.number, indices, command.seed, images, is_on)


def opened(run: Run, folder: Path | None, missing_device: str = "") -> events.Opened:
    """Report the steps, measurements and changes of a run that has a past."""
    history = run.history
    speed = run.measurements[-1].samples_per_second
    columns = (history.steps.copy(), history.losses.copy(), history.learning_rates.copy())
    steps = progress(run, *columns, speed) if len(history) else None
    return events.Opened(
        run.number,
        folder,
        steps,
        tuple(run.measurements),
        run.ledger,
        missing_device,
        any(gap == (0, run.trainer.step) for gap in run.layers.gaps),
        run.happenings,
    )


def place(run: Run) -> Place:
    """Tell where in its epochs `run` is, at its present batch size."""
    trainer = run.trainer
    batches = trainer.batches_per_epoch()
    if trainer.step == 0:
        return Place(0, 0, batches)
    sampler = trainer.sampler
    # Rounded down: after a change of the batch size an unfinished epoch must not look complete.
    batch = batches if sampler.epoch_done else sampler.position // trainer.config.batch_size
    return Place(run.current_epoch, batch, batches)


def progress(
    run: Run,
    steps: NDArray[np.int64],
    losses: NDArray[np.float32],
    learning_rates: NDArray[np.float64],
    samples_per_second: float,
) -> events.Progress:
    """Report steps that were trained, and estimate the time that is left.

    A speed of 0 is not known, and neither is the time then: both are 0.
    """
    trainer = run.trainer
    now = place(run)
    done = trainer.sampler.position
    size = len(trainer.data.train_labels)
    epochs_left = trainer.config.epochs - trainer.epoch - (done % size) / size
    return events.Progress(
        run.number,
        steps,
        losses,
        learning_rates,
        now.epoch,
        now.batch,
        now.batches,
        run.tally.accuracy,
        samples_per_second,
        max(0.0, epochs_left * size / samples_per_second) if samples_per_second else 0.0,
    )
