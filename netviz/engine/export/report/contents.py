"""What a report tells: plain numbers and numpy copies, as of one moment of a run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.protocol.observations import Histogram
from netviz.engine.protocol.run_rows import RunRow
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.story import RunTold


@dataclass(frozen=True, eq=False)
class Mistake:
    """A test image that the network gets wrong.

    Attributes
    ----------
    index
        Its number among the test images.
    pixels
        As stored, ``uint8 [C, H, W]``.
    truth, answer
        Names of its class and of the one that the network says.
    probability
        How sure the network is of its answer, 0..1.
    """

    index: int
    pixels: NDArray[np.uint8]
    truth: str
    answer: str
    probability: float


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network makes of the test images.

    Attributes
    ----------
    loss, accuracy
        Over all of them; the accuracy in 0..1.
    confusion
        Images by true class (row) and predicted class (column), ``int64 [classes, classes]``.
    mistakes
        The ones of which it is most sure, the surest first.
    mistaken
        How many it gets wrong.
    """

    loss: float
    accuracy: float
    confusion: NDArray[np.int64]
    mistakes: tuple[Mistake, ...]
    mistaken: int


@dataclass(frozen=True, eq=False)
class LayerChange:
    """A layer's weights before training and now.

    Attributes
    ----------
    title
        What it is: ``Linear 784 → 64``.
    before, after
        How they are spread.
    std_before, std_after
        Their standard deviations.
    moved
        Length of the way from the weights before to those now, over the length of those before;
        None where these are not known any more.
    """

    title: str
    before: Histogram
    after: Histogram
    std_before: float
    std_after: float
    moved: float | None


@dataclass(frozen=True, eq=False)
class Filters:
    """The weights of the first layer as images, before training and now.

    Attributes
    ----------
    before, after
        ``float32 [units, C, H, W]`` each; of the same units.
    units
        How many the layer has, of which these are the first.
    """

    before: NDArray[np.float32]
    after: NDArray[np.float32]
    units: int


@dataclass(frozen=True)
class Facts:
    """What is said of a run beside its record.

    Attributes
    ----------
    name, folder
        What it is called, and the name of the folder in which it is saved; empty if in none.
    state
        What it is doing, in a word.
    steps, seconds
        Steps trained, and how long that took; evaluation and pauses not counted.
    device, threads
        The processor, and how many of its cores.
    parameters
        Numbers that are trained.
    train_count, test_count
        Images.
    classes
        Their names.
    image_shape
        Channels, height, width.
    versions
        Names of what it was made with, each with its version.
    written
        When, in words.
    """

    name: str
    folder: str
    state: str
    steps: int
    seconds: float
    device: str
    threads: int
    parameters: int
    train_count: int
    test_count: int
    classes: tuple[str, ...]
    image_shape: tuple[int, ...]
    versions: tuple[tuple[str, str], ...]
    written: str


@dataclass(frozen=True)
class MeasuredRun:
    """What was measured of one of the runs of a session.

    Attributes
    ----------
    row
        What a table says of it.
    measurements
        One for the untrained network, then one for each epoch.
    """

    row: RunRow
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, eq=False)
class ReportContents:
    """All that a report tells of a run.

    Attributes
    ----------
    told
        What its story is told from.
    numbers, losses, learning_rates
        The steps that were recorded, and loss and learning rate of each, ``[n]``.
    answers
        What it makes of the test images; None where that is not known.
    silence
        Why not, in a sentence.
    layers, filters
        Its weights, before and now; None where the first layer's are no images.
    runs
        All runs of its session, in the order of their tree.
    predictions
        What was predicted in a lesson.
    """

    facts: Facts
    told: RunTold
    numbers: NDArray[np.int64]
    losses: NDArray[np.float32]
    learning_rates: NDArray[np.float64]
    answers: Answers | None
    silence: str
    layers: tuple[LayerChange, ...]
    filters: Filters | None
    runs: tuple[MeasuredRun, ...]
    predictions: tuple[Prediction, ...] = ()
