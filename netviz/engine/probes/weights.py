"""How the weights of each layer are spread, and which units are dead."""

from collections.abc import Mapping

from torch import Tensor, nn

from netviz.engine.network.build import evaluating
from netviz.engine.probes.initial_weights import InitialWeights, histogram, standard_deviation
from netviz.engine.probes.layers import Layer, flow, layers_of
from netviz.engine.probes.probe_spec import ProbeSpec, Subject
from netviz.engine.protocol.observations import LayerWeights, WeightsObserved

PROBE_IMAGES = 256
"""A unit is dead if it is zero for each of this many training images."""

NEAR_ZERO_FRACTION = 0.01
"""What is near zero, as a fraction of the standard deviation before training."""


def probe_batch(images: Tensor) -> Tensor:
    """Copy up to `PROBE_IMAGES` of ``[N, C, H, W]``, evenly spread."""
    # A copy: a network may change its input in place, but not the data.
    return images[:: max(1, len(images) // PROBE_IMAGES)][:PROBE_IMAGES].clone()


def layer_weights(
    model: nn.Module, initial: Mapping[str, InitialWeights], images: Tensor
) -> tuple[LayerWeights, ...]:
    """Describe the parameters of each layer as they are now.

    Parameters
    ----------
    model
        The network.
    initial
        What `initial_weights` returned before training.
    images
        Probe batch for the dead units, ``float32 [N, C, H, W]``. A convolution's unit is one
        of its maps; it is dead when it is zero at every place of every image.
    """
    dead = _dead_units(model, images)
    return tuple(
        _describe(layer, initial[layer.name], dead.get(layer.name)) for layer in layers_of(model)
    )


def _describe(layer: Layer, initial: InitialWeights, dead_units: float | None) -> LayerWeights:
    weight, bias = layer.module.weight.detach(), layer.module.bias
    near_zero = weight.abs() < NEAR_ZERO_FRACTION * initial.std
    return LayerWeights(
        layer.name,
        layer.title,
        histogram(weight),
        None if bias is None else histogram(bias),
        initial.histogram,
        float(weight.mean()),
        standard_deviation(weight),
        float(near_zero.float().mean()),
        dead_units,
    )


def _dead_units(model: nn.Module, images: Tensor) -> dict[str, float]:
    with evaluating(model):
        _, passed = flow(model, images)
        return {
            found.layer.name: _dead_fraction(found.values) for found in passed if found.has_relu
        }


def _dead_fraction(values: Tensor) -> float:
    alive = (values != 0).transpose(0, 1).flatten(1).any(dim=1)
    return 1 - float(alive.float().mean())


def _observe(subject: Subject) -> WeightsObserved:
    images = probe_batch(subject.train_images)
    layers = layer_weights(subject.model, subject.initial_weights, images)
    return WeightsObserved(subject.run, subject.step, layers)


PROBE = ProbeSpec(WeightsObserved, "The weights", 2, _observe)
