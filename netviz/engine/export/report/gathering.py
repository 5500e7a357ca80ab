"""Reads a run for its report, in the thread that trains, and leaves it as it was."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

import numpy as np
import torch
from torch import Tensor, nn

from netviz import __version__
from netviz.engine.errors import StorageError
from netviz.engine.export.report.contents import (
    Answers,
    Facts,
    Filters,
    LayerChange,
    MeasuredRun,
    Mistake,
    ReportContents,
)
from netviz.engine.probes.activations import as_images, first_layer_filters
from netviz.engine.probes.initial_weights import histogram, standard_deviation
from netviz.engine.probes.layers import layers_of
from netviz.engine.probes.predictions import EvaluatedLogits, describe_predictions
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.layer_names import numbered_titles
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.protocol.lineage import origins_by_line
from netviz.engine.protocol.mistakes import predicted_classes, select
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_rows import rows_of
from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.story import RunTold
from netviz.engine.run.run import Run

MOST_MISTAKES = 12
MOST_FILTERS = 64


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a report tells of a run that the run does not know itself.

    Attributes
    ----------
    described
        What was told of it when it was ready.
    at_hand, left, origins
        The run as one of its session, the others, and where all of them came from.
    racing
        Numbers of the runs that train with it.
    state
        What it is doing.
    folder
        Where it is saved; None where it is not.
    predictions
        What was predicted in a lesson.
    """

    described: Prepared
    at_hand: LeftRun
    left: tuple[LeftRun, ...]
    origins: tuple[Origin, ...]
    racing: frozenset[int]
    state: State
    folder: Path | None
    predictions: tuple[Prediction, ...] = ()


def gather(run: Run, around: Surroundings, logits: Tensor | None, silence: str) -> ReportContents:
    """Return what there is to tell of `run`.

    Parameters
    ----------
    logits
        The network's logits of all test images as it is now, ``[N, classes]``, on the CPU; None
        where there are none, and `silence` says why.
    """
    if logits is not None and not bool(logits.isfinite().all()):
        logits, silence = None, "What the network answers is not a number any more."
    first_weights = _first_weights(run)
    history, described = run.history, around.described
    told = RunTold(
        run.trainer.config,
        tuple(run.measurements),
        run.ledger,
        run.happenings,
        run.findings.found,
        PurePath(run.started_from).name,
        described.network,
    )
    rows = rows_of(
        around.at_hand,
        around.left,
        around.state,
        origins=origins_by_line(around.origins),
        racing=around.racing,
    )
    measured = {run.origin.line: run.measurements for run in (around.at_hand, *around.left)}
    return ReportContents(
        _facts(run, around),
        told,
        history.steps,
        history.losses,
        history.learning_rates,
        None if logits is None else _answers(run, described, logits),
        silence,
        _layers(run, first_weights),
        _filters(run.trainer.model, first_weights, described.image_shape),
        tuple(MeasuredRun(row, measured[row.line]) for row in rows),
        around.predictions,
    )


def _facts(run: Run, around: Surroundings) -> Facts:
    trainer, described, at_hand = run.trainer, around.described, around.at_hand
    device = described.device
    if trainer.device.type == "cuda":
        device = torch.cuda.get_device_name(trainer.device)
    row_state = "diverged" if run.divergence else str(around.state)
    return Facts(
        run_name(at_hand.origin, at_hand.config),
        around.folder.absolute().name if around.folder else "",
        row_state,
        trainer.step,
        sum(each.seconds for each in run.measurements) + run.tally.seconds,
        device,
        described.threads,
        described.parameters,
        described.train_count,
        described.test_count,
        described.classes,
        described.image_shape,
        (
            ("NetViz", __version__),
            ("PyTorch", torch.__version__),
            ("Python", platform.python_version()),
            ("NumPy", np.__version__),
            ("System", f"{platform.system()} {platform.machine()}".strip()),
        ),
        f"{datetime.now():%Y-%m-%d %H:%M}",
    )


def _answers(run: Run, described: Prepared, logits: Tensor) -> Answers:
    trainer = run.trainer
    labels = trainer.data.test_labels.cpu()
    evaluated = EvaluatedLogits(trainer.epoch, trainer.step, logits, labels)
    predictions = describe_predictions(run.number, evaluated, None, trainer.config.loss)
    truths, classes = labels.numpy(), described.classes
    said = predicted_classes(predictions.probabilities)
    wrong = select(predictions, truths)
    images = described.images.test_images
    mistakes = tuple(
        Mistake(
            index,
            images[index].copy(),
            classes[truths[index]],
            classes[said[index]],
            float(predictions.probabilities[index].max()),
        )
        for index in wrong[:MOST_MISTAKES].tolist()
    )
    confusion = predictions.confusion
    count, right = int(confusion.sum()), int(confusion.trace())
    loss = float(predictions.losses.mean(dtype=np.float64))
    return Answers(loss, right / count, confusion, mistakes, count - right)


def _first_weights(run: Run) -> Mapping[str, Tensor]:
    """Return the weights at step 0 by their names; nothing where they cannot be had any more."""
    first = run.states.last_until(0)
    if first.step != 0 or not first.is_there:
        return {}
    try:
        return first.snapshot.model
    except StorageError:
        return {}


def _layers(run: Run, first: Mapping[str, Tensor]) -> tuple[LayerChange, ...]:
    layers = layers_of(run.trainer.model)
    names = numbered_titles([layer.title for layer in layers])
    found = []
    for layer, (name, sizes) in zip(layers, names, strict=True):
        weight, initial = layer.module.weight, run.initial_weights[layer.name]
        found.append(
            LayerChange(
                f"{name}: {sizes}" if sizes else name,
                initial.histogram,
                histogram(weight),
                initial.std,
                standard_deviation(weight),
                _moved(first.get(f"{layer.name}.weight"), weight),
            )
        )
    return tuple(found)


def _moved(before: Tensor | None, now: Tensor) -> float | None:
    if before is None or before.shape != now.shape:
        return None
    now = now.detach().to("cpu", torch.float32)
    before = before.to("cpu", torch.float32)
    length = float(before.norm())
    return float((now - before).norm()) / length if length else None


def _filters(
    model: nn.Module, first: Mapping[str, Tensor], image_shape: Sequence[int]
) -> Filters | None:
    """Return the first layer's weights as images; None where they are none."""
    after = first_layer_filters(model, tuple(image_shape))
    layers = layers_of(model)
    weight = first.get(f"{layers[0].name}.weight") if layers else None
    if not len(after) or after.shape[-1] * after.shape[-2] < 4 or weight is None:
        return None
    before = as_images(weight, tuple(after.shape[1:]))
    return Filters(before[:MOST_FILTERS].copy(), after[:MOST_FILTERS].copy(), len(after))
