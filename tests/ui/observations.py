"""Observations made for the tests of the views, without a network."""

import numpy as np

from netviz.engine.protocol.layer_record import (
    LayerRecord,
    LayerRow,
    LayersRecorded,
    Spread,
    StepGradients,
)
from netviz.engine.protocol.observations import (
    Histogram,
    ImageArrays,
    LayerWeights,
    TestPredictions,
    WeightsObserved,
)

DIGITS = tuple("0123456789")


def images(test_count: int = 200, classes: int = 10, size: int = 8) -> ImageArrays:
    """Return noise whose labels count up and start again."""
    draw = np.random.default_rng(0)

    def split(count: int) -> tuple[np.ndarray, np.ndarray]:
        pixels = draw.integers(0, 256, (count, 1, size, size), dtype=np.uint8)
        return pixels, np.arange(count, dtype=np.int64) % classes

    return ImageArrays(*split(100), *split(test_count))


def predictions(
    data: ImageArrays,
    wrong: dict[int, tuple[int, float]],
    *,
    classes: int = 10,
    learned: tuple[int, ...] = (),
    forgotten: tuple[int, ...] = (),
    step: int = 100,
) -> TestPredictions:
    """Predict every test image correctly but `wrong`: index to predicted class and confidence."""
    labels = data.test_labels
    predicted, confidence = labels.copy(), np.full(len(labels), 0.9, np.float32)
    for index, (predicted_class, probability) in wrong.items():
        predicted[index], confidence[index] = predicted_class, probability
    rest = ((1 - confidence) / (classes - 1))[:, None]
    probabilities = np.repeat(rest, classes, axis=1).astype(np.float32)
    probabilities[np.arange(len(labels)), predicted] = confidence
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    marks = np.zeros((2, len(labels)), np.bool_)
    marks[0, list(learned)] = True
    marks[1, list(forgotten)] = True
    return TestPredictions(
        run=1,
        epoch=1,
        step=step,
        probabilities=probabilities,
        losses=-np.log(probabilities[np.arange(len(labels)), labels]),
        just_learned=marks[0],
        just_forgotten=marks[1],
        confusion=confusion,
    )


def histogram(*counts: int, low: float = -1.0, high: float = 1.0) -> Histogram:
    """Return a histogram of equal bins."""
    return Histogram(np.array(counts, np.int64), np.linspace(low, high, len(counts) + 1))


def weights(step: int, *, run: int = 1, layers: int = 2, counts: tuple[int, ...] = (1, 2, 3, 2)):
    """Return the parameters of some dense layers; the last has neither biases nor ReLU."""
    made = [
        LayerWeights(
            name=str(index),
            title="Linear 64 → 64",
            weights=histogram(*counts),
            biases=None if index == layers - 1 else histogram(4, 4),
            initial_weights=histogram(0, 4, 4, 0),
            mean=-0.001,
            std=0.066,
            near_zero=0.03,
            dead_units=None if index == layers - 1 else 0.12,
        )
        for index in range(layers)
    ]
    return WeightsObserved(run, step, tuple(made))


def spread(*layers: Histogram | None) -> Spread:
    """Return histograms of layers with equally many bins as they are recorded; None for none."""
    bins = max(len(layer.counts) for layer in layers if layer)
    counts = [layer.counts if layer else np.zeros(bins) for layer in layers]
    ranges = [layer.edges[[0, -1]] if layer else (0, 0) for layer in layers]
    return Spread(np.array(counts, np.int32), np.array(ranges, np.float64))


def row(
    step: int,
    norms: tuple[float, ...] = (1.0, 0.1),
    *,
    clip_factor: float = 1.0,
    weights: tuple[Histogram, ...] = (),
    biases: tuple[Histogram | None, ...] = (),
) -> LayerRow:
    """Return what is recorded of a step; the updates are a hundredth of the gradients."""
    array, count = np.array(norms, np.float64), len(norms)
    return LayerRow(
        step,
        spread(*(weights or (histogram(1, 2, 3, 2),) * count)),
        spread(*(biases or (histogram(4, 4),) * count)),
        StepGradients(array, array / clip_factor, array / 100) if step else None,
    )


def recorded(
    *rows: LayerRow, run: int = 1, gaps: tuple[tuple[int, int], ...] = (), step: int | None = None
) -> LayersRecorded:
    """Return the record of a run that has these rows, up to the last one or a later step."""
    count = len(rows[0].weights.counts)
    record = LayerRecord(tuple(map(str, range(count))), rows, gaps)
    end = rows[-1].step if step is None else step
    return LayersRecorded(run, end, ("Linear 64 → 64",) * count, record)
