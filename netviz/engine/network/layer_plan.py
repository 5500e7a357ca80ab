"""Networks as lists of layers written as texts; shapes and sizes are computed without torch.

A layer is a name and its numbers: ``linear 64``, ``conv 16 3`` (channels, kernel, then stride and
padding if they are not 1 and half the kernel), ``maxpool 2``, ``dropout 0.5``, ``relu``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netviz.engine.errors import ModelError
from netviz.engine.options.run_config import RunConfig

Shape = tuple[int, ...]
"""Of one image, without the batch: ``(C, H, W)`` or ``(features,)``."""

MAX_PARAMETERS = 200_000_000
"""More would not fit in memory beside an optimizer's state on the machines that NetViz is for."""

LENET5 = ("conv 6 5", "tanh", "avgpool 2", "conv 16 5 1 0", "tanh", "avgpool 2", "flatten",
          "linear 120", "tanh", "linear 84", "tanh")  # fmt: skip
SMALL_CNN = ("conv 16 3", "relu", "maxpool 2", "conv 32 3", "relu", "maxpool 2", "flatten",
             "linear 64", "relu")  # fmt: skip


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer.

    Attributes
    ----------
    title
        torch's own name.
    numbers
        What its numbers mean, in order.
    defaults
        Of the numbers that may be left out, the last ones.
    help
        One plain sentence.
    """

    title: str
    numbers: tuple[str, ...]
    defaults: tuple[float, ...]
    help: str


KINDS = {
    "linear": LayerKind("Linear", ("units",), (), "Every unit sees all inputs."),
    "conv": LayerKind(
        "Conv2d",
        ("channels", "kernel", "stride", "padding"),
        (1, -1),
        "Slides small filters over the image.",
    ),
    "maxpool": LayerKind("MaxPool2d", ("size",), (2,), "Keeps the largest value of each square."),
    "avgpool": LayerKind("AvgPool2d", ("size",), (2,), "Keeps the mean of each square."),
    "dropout": LayerKind("Dropout", ("fraction",), (0.5,), "Zeroes units at random in training."),
    "batchnorm": LayerKind("BatchNorm", (), (), "Brings each map to mean 0 and deviation 1."),
    "flatten": LayerKind("Flatten", (), (), "Turns maps into one row of numbers."),
    "relu": LayerKind("ReLU", (), (), "Cuts off everything below zero."),
    "leakyrelu": LayerKind("LeakyReLU", (), (), "Shrinks everything below zero."),
    "gelu": LayerKind("GELU", (), (), "A smooth ReLU."),
    "tanh": LayerKind("Tanh", (), (), "Squeezes values into -1 to 1."),
    "sigmoid": LayerKind("Sigmoid", (), (), "Squeezes values into 0 to 1."),
}


@dataclass(frozen=True)
class Layer:
    """A layer in numbers: its kind and what `LayerKind.numbers` names."""

    kind: str
    numbers: tuple[float, ...]

    def whole(self, index: int) -> int:
        """Return one of the numbers as a whole one."""
        return int(self.numbers[index])


@dataclass(frozen=True)
class PlannedLayer:
    """A layer in its place in a network.

    Attributes
    ----------
    text
        As it was written.
    output
        Shape after it; None from the first impossible layer on.
    parameters
        Numbers that it learns.
    problem
        Why it is impossible here, in a sentence; empty where it is possible.
    """

    text: str
    output: Shape | None
    parameters: int
    problem: str = ""


def layer_texts(config: RunConfig) -> tuple[str, ...]:
    """Return the layers of a network that is made of layers, without the output layer."""
    match config.model:
        case "mlp":
            hidden = [text for width in config.hidden for text in (f"linear {width}", "relu")]
            return ("flatten", *hidden)
        case "cnn":
            return SMALL_CNN
        case "lenet5":
            return LENET5
    return config.layers


def plan(texts: Sequence[str], image_shape: Shape, classes: int) -> tuple[PlannedLayer, ...]:
    """Work out shape and size after every layer, the output layer included.

    Nothing is raised: a layer that is impossible says so in its `problem`.
    """
    planned: list[PlannedLayer] = []
    shape: Shape | None = image_shape
    for text in with_output(texts, classes, image_shape):
        if shape is None:
            planned.append(PlannedLayer(text, None, 0))
            continue
        try:
            layer = parse_layer(text)
            output = _output_shape(layer, shape)
            planned.append(PlannedLayer(text, output, _parameters(layer, shape)))
            shape = output
        except ModelError as error:
            planned.append(PlannedLayer(text, None, 0, error.message))
            shape = None
    return tuple(planned)


def check_plan(texts: Sequence[str], image_shape: Shape, classes: int) -> None:
    """Raise `ModelError` for the first impossible layer, or a network that is too large."""
    planned = plan(texts, image_shape, classes)
    for number, layer in enumerate(planned, 1):
        if layer.problem:
            raise ModelError(f"Layer {number} ({layer.text}): {layer.problem}")
    total = sum(layer.parameters for layer in planned)
    if total > MAX_PARAMETERS:
        raise ModelError(
            f"This network has {total:,} parameters; {MAX_PARAMETERS:,} is the most.",
            "Make the layers smaller, or pool before the dense ones.",
        )


def with_output(texts: Sequence[str], classes: int, image_shape: Shape) -> tuple[str, ...]:
    """Add what every network ends with: one logit per class."""
    is_flat = len(image_shape) == 1 or any(text.strip() == "flatten" for text in texts)
    return (*texts, *(() if is_flat else ("flatten",)), f"linear {classes}")


def parse_layer(text: str) -> Layer:
    """Read one layer; raises `ModelError` with a sentence for anything that is none."""
    word, *rest = text.split() or [""]
    kind = KINDS.get(word)
    if kind is None:
        raise ModelError(f"{word or 'nothing'} is no layer. Known: {', '.join(KINDS)}.")
    try:
        given = [float(number) for number in rest]
    except ValueError:
        raise ModelError(f"{' '.join(rest)} are not numbers.") from None
    least = len(kind.numbers) - len(kind.defaults)
    if not least <= len(given) <= len(kind.numbers):
        wanted = " ".join(name.upper() for name in kind.numbers) or "no number"
        raise ModelError(f"{word} is written with {wanted}.")
    missing = len(kind.numbers) - len(given)
    numbers = (*given, *kind.defaults[len(kind.defaults) - missing :])
    layer = Layer(word, numbers)
    if word == "conv" and layer.whole(3) < 0:
        layer = Layer(word, (*numbers[:3], layer.whole(1) // 2))
    _check_numbers(layer)
    return layer


def _check_numbers(layer: Layer) -> None:
    if layer.kind == "dropout":
        if not 0 <= layer.numbers[0] < 1:
            raise ModelError("the fraction must be at least 0 and below 1.")
        return
    names = KINDS[layer.kind].numbers
    for name, number in zip(names, layer.numbers, strict=True):
        least = 0 if name == "padding" else 1
        if number != int(number) or not least <= number <= 65_536:
            raise ModelError(f"{name} must be a whole number from {least} to 65,536.")


def _output_shape(layer: Layer, shape: Shape) -> Shape:
    rules: dict[str, Callable[[Layer, Shape], Shape]] = {
        "linear": _linear,
        "conv": _conv,
        "maxpool": _pool,
        "avgpool": _pool,
        "flatten": lambda _, before: (math.prod(before),),
    }
    rule = rules.get(layer.kind)
    return rule(layer, shape) if rule else shape


def _linear(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 1:
        raise ModelError(f"its input is {describe(shape)}, not a row; put flatten before it.")
    return (layer.whole(0),)


def _conv(layer: Layer, shape: Shape) -> Shape:
    channels, kernel, stride, padding = (layer.whole(index) for index in range(4))
    return (channels, *_slide(shape, kernel, stride, padding))


def _pool(layer: Layer, shape: Shape) -> Shape:
    return (*shape[:1], *_slide(shape, layer.whole(0), layer.whole(0), 0))


def _slide(shape: Shape, kernel: int, stride: int, padding: int) -> Shape:
    if len(shape) != 3:
        raise ModelError("its input is a row of numbers, no longer an image; move it forward.")
    sides = tuple((side + 2 * padding - kernel) // stride + 1 for side in shape[1:])
    if min(sides) < 1:
        raise ModelError(f"its window of {kernel}×{kernel} is larger than {describe(shape)}.")
    return sides


def _parameters(layer: Layer, shape: Shape) -> int:
    match layer.kind:
        case "linear":
            return (shape[0] + 1) * layer.whole(0)
        case "conv":
            return (shape[0] * layer.whole(1) ** 2 + 1) * layer.whole(0)
        case "batchnorm":
            return 2 * shape[0]
    return 0


def describe(shape: Shape) -> str:
    """Write a shape for a person: ``16 × 28 × 28``."""
    return " × ".join(f"{side:,}" for side in shape)
