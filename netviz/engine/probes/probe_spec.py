"""How a probe is declared, and the collection of all probes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from netviz.declared import declared
from netviz.engine.probes.initial_weights import InitialWeights
from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.protocol.observations import Observation


@dataclass(frozen=True, eq=False)
class Subject:
    """What a probe may look at: the network at one moment, and its data.

    Attributes
    ----------
    run, step
        Number of the run, and the steps that it was trained.
    model
        The network; must be left as it was found.
    train_images
        ``float32 [N, C, H, W]`` in 0..1, on the network's device.
    initial_weights
        The weights before training, by layer.
    layers
        What was recorded of the layers over the steps.
    image, image_source
        The image that the user looks at, ``float32 [C, H, W]`` on the network's device, and
        where it comes from; only where `ProbeSpec.needs_image` is set.
    """

    run: int
    step: int
    model: nn.Module
    train_images: Tensor
    initial_weights: Mapping[str, InitialWeights]
    layers: LayerRecord
    image: Tensor | None
    image_source: str


@dataclass(frozen=True, eq=False)
class ProbeSpec:
    """One probe: what it observes, how, and how often.

    A module of this room declares one as ``PROBE``; it is then computed while a visible view
    shows its observation.

    Attributes
    ----------
    observation
        What it returns.
    subject
        What it computes, as the beginning of a sentence: ``The weights``.
    rate_hz
        How often at most while training runs.
    observe
        Computes the observation.
    needs_image
        Whether it looks at what the network makes of one image.
    """

    observation: type[Observation]
    subject: str
    rate_hz: float
    observe: Callable[[Subject], Observation]
    needs_image: bool = False


def all_probes() -> list[ProbeSpec]:
    """Find the ``PROBE`` of every module of this room."""
    return declared(__package__, "PROBE")
