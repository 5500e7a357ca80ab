"""The figures below a layer's weights."""

from dataclasses import dataclass

from netviz.engine.protocol.observations import LayerWeights
from netviz.number_text import percent_text, weight_text


@dataclass(frozen=True)
class Fact:
    """A figure below the plot and the sentence that explains it; both may be empty."""

    text: str
    tooltip: str


def facts_of(layer: LayerWeights) -> tuple[Fact, ...]:
    """Return the four figures of a layer; the last is empty where no ReLU follows."""
    dead = Fact("", "")
    if layer.dead_units is not None:
        dead = Fact(
            f"dead {percent_text(layer.dead_units, 0)}",
            "Fraction of the ReLU units after this layer that output zero for every image of a"
            " probe batch; they learn nothing from these images.",
        )
    return (
        Fact(f"mean {weight_text(layer.mean, 3)}", "The mean of the layer's weights."),
        Fact(
            f"std {weight_text(layer.std, 3, signed=False)}",
            "The standard deviation of the weights: how far they typically are from their mean.",
        ),
        Fact(
            f"near zero {percent_text(layer.near_zero, 0)}",
            "Fraction of weights so close to zero that they hardly matter: closer than a hundredth"
            " of the initial standard deviation.",
        ),
        dead,
    )
