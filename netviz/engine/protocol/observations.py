"""What the views show: figures taken from the network while it trains, as numpy copies."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Observation:
    """What was observed of a run; the base of every event that a view shows.

    Attributes
    ----------
    run
        Number of the run.
    is_watched
        Whether it is computed again and again while a view that shows it is visible; otherwise
        it answers a command.
    """

    is_watched: ClassVar[bool] = True

    run: int


@dataclass(frozen=True, eq=False)
class ImageArrays:
    """All images of a run's data set, read-only and shared by all threads.

    Attributes
    ----------
    train_images, test_images
        Pixels as stored, ``uint8 [N, C, H, W]``.
    train_labels, test_labels
        Class indices, ``int64 [N]``.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often values fall into each of `k` bins of equal width.

    Attributes
    ----------
    counts
        ``int64 [k]``.
    edges
        Borders of the bins, ``float64 [k + 1]``.
    """

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """One layer's parameters at one moment.

    Attributes
    ----------
    name
        The layer's name in the network, such as ``1`` or ``features.0``.
    title
        What it is, for the screen: ``Linear 784 → 64``.
    weights, biases, initial_weights
        Histograms of the weights now, the biases now (None without biases) and the weights
        before training.
    mean, std
        Of the weights.
    near_zero
        Fraction of weights closer to zero than a hundredth of the initial standard deviation.
    dead_units
        Fraction of the ReLU units behind this layer that are zero for every image of a probe
        batch; None where no ReLU follows.
    """

    name: str
    title: str
    weights: Histogram
    biases: Histogram | None
    initial_weights: Histogram
    mean: float
    std: float
    near_zero: float
    dead_units: float | None


@dataclass(frozen=True, eq=False)
class WeightsObserved(Observation):
    """The parameters of all layers after `step` steps."""

    step: int
    layers: tuple[LayerWeights, ...]


@dataclass(frozen=True, eq=False)
class TestPredictions(Observation):
    """What the network predicts for each test image.

    Attributes
    ----------
    epoch, step
        When.
    probabilities
        ``float32 [N, classes]``.
    losses
        Loss of each image under the run's loss, ``float32 [N]``.
    just_learned, just_forgotten
        Whether the prediction is correct now and was not at the evaluation before, and the
        other way round; ``bool [N]``.
    confusion
        Images by true class (row) and predicted class (column), ``int64 [classes, classes]``.
    """

    __test__ = False  # its name must not make pytest take it for a test

    epoch: int
    step: int
    probabilities: NDArray[np.float32]
    losses: NDArray[np.float32]
    just_learned: NDArray[np.bool_]
    just_forgotten: NDArray[np.bool_]
    confusion: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Prediction(Observation):
    """What the network predicts for a drawing.

    Attributes
    ----------
    request
        Number of the `Predict` command that asked for it.
    step
        Steps that the network had been trained.
    seen
        The image as the network got it, ``float32 [C, H, W]`` in 0..1.
    probabilities
        ``float32 [classes]``.
    """

    is_watched = False

    request: int
    step: int
    seen: NDArray[np.float32]
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LayerActivation:
    """What one layer makes of an image.

    Attributes
    ----------
    values
        ``float32 [maps, H, W]`` of a convolution, ``float32 [units]`` of a dense layer.
    """

    name: str
    title: str
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ActivationsObserved(Observation):
    """What every layer makes of one image.

    Attributes
    ----------
    source
        Where the image comes from, for the screen: ``your drawing``, ``test image 17``.
    seen
        The image, ``float32 [C, H, W]`` in 0..1.
    layers
        From input to output, the last one the logits.
    probabilities
        ``float32 [classes]``.
    saliency
        Gradient of the winning logit with respect to the input, signed, ``float32 [H, W]``
        (of a colour image the channel of the largest magnitude at each pixel).
    filters
        The first layer's weights as images: ``float32 [units, C, H, W]`` for a dense layer on
        the image, ``float32 [maps, C, k, k]`` for a convolution; empty where the first layer
        is neither.
    """

    step: int
    source: str
    seen: NDArray[np.float32]
    layers: tuple[LayerActivation, ...]
    probabilities: NDArray[np.float32]
    saliency: NDArray[np.float32]
    filters: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1, 1, 1), np.float32))


@dataclass(frozen=True, eq=False)
class AugmentedSamples(Observation):
    """Training images as the present augmentation may change them.

    Attributes
    ----------
    indices, seed
        Of the `PreviewAugmentation` command that asked for them.
    images
        ``uint8 [k, C, H, W]``.
    is_augmented
        Whether any augmentation is on; the images are as stored where it is not.
    """

    is_watched = False

    indices: tuple[int, ...]
    seed: int
    images: NDArray[np.uint8]
    is_augmented: bool
