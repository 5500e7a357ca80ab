"""The figures below a layer's weights, and how weights are written."""

import math
from dataclasses import dataclass

from netviz.engine.protocol.observations import LayerWeights


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
            f"dead {100 * layer.dead_units:.0f} %",
            "Share of the ReLU units behind this layer that answer zero to every image of a"
            " probe batch; they learn nothing from these images.",
        )
    return (
        Fact(f"mean {number(layer.mean, 3)}", "The mean of the layer's weights."),
        Fact(
            f"std {number(layer.std, 3, signed=False)}",
            "The standard deviation of the weights: how far they typically are from their mean.",
        ),
        Fact(
            f"near zero {100 * layer.near_zero:.0f} %",
            "Share of weights so close to zero that they hardly matter: closer than a hundredth"
            " of the initial standard deviation.",
        ),
        dead,
    )


def number(value: float, digits: int = 2, *, signed: bool = True) -> str:
    """Write a weight: ``−0.43``, ``+0.0012``, ``1.2e+04``."""
    size = abs(value)
    plain = value == 0 or 0.01 <= size < 100 or (digits >= 3 and 0.0005 <= size < 100)
    text = f"{size:.{digits}f}" if plain else f"{size:.1e}"
    if not math.isfinite(value):
        text = "not finite"
    if value < 0:
        return f"−{text}"
    return f"+{text}" if signed and value > 0 else text


def edge(value: float) -> str:
    """Write the border of a bin, to three digits: ``−0.0128``."""
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{abs(value):.3g}"
