"""Builds torch modules from layers written as texts."""

from collections.abc import Sequence

from torch import nn

from netviz.engine.network.layer_plan import Layer, Shape, check_plan, parse_layer, plan

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leakyrelu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def build_layers(texts: Sequence[str], image_shape: Shape, classes: int) -> nn.Sequential:
    """Build the network of `texts` with its output layer.

    Raises
    ------
    ModelError
        When a layer cannot stand where it does, or the network is too large.
    """
    check_plan(texts, image_shape, classes)
    before = image_shape
    modules: list[nn.Module] = []
    for planned in plan(texts, image_shape, classes):
        modules.append(build_layer(parse_layer(planned.text), before))
        before = planned.output or before
    return nn.Sequential(*modules)


def build_layer(layer: Layer, before: Shape) -> nn.Module:
    """Make one module whose input has the shape `before`."""
    whole = layer.whole
    match layer.kind:
        case "linear":
            return nn.Linear(before[0], whole(0))
        case "conv":
            return nn.Conv2d(before[0], whole(0), whole(1), stride=whole(2), padding=whole(3))
        case "maxpool":
            return nn.MaxPool2d(whole(0))
        case "avgpool":
            return nn.AvgPool2d(whole(0))
        case "dropout":
            return nn.Dropout(layer.numbers[0])
        case "batchnorm":
            return nn.BatchNorm2d(before[0]) if len(before) == 3 else nn.BatchNorm1d(before[0])
        case "flatten":
            return nn.Flatten()
    return _ACTIVATIONS[layer.kind]()
