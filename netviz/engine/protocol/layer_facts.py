"""Facts about the layers of a network, usable without the network."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LayerFacts:
    """One layer, or one block of layers, of a network.

    Attributes
    ----------
    name
        Its name in the network, such as ``1`` or ``layer1.0``.
    kind
        Its class in torch, such as ``Conv2d``.
    title
        What it is, for the screen: ``Linear 784 → 64``.
    output
        Shape of its output for one image; empty if the forward pass skips it, or if its output
        is no tensor.
    weights
        The layers in it that have weights: the name to freeze each by, and its parameters.
    has_modes
        Whether it behaves differently while training, as dropout and batch norm do.
    """

    name: str
    kind: str
    title: str
    output: tuple[int, ...]
    weights: tuple[tuple[str, int], ...]
    has_modes: bool

    @property
    def short(self) -> str:
        """Its title without the shapes: ``Linear``, ``Conv 3×3``."""
        before, arrow, after = self.title.partition(" → ")
        if not arrow:
            return self.title.removesuffix("1d").removesuffix("2d")
        return f"{before.split()[0]} {after.partition(', ')[2]}".strip()

    @property
    def parameters(self) -> int:
        """How many parameters it has."""
        return sum(count for _, count in self.weights)

    @property
    def names(self) -> tuple[str, ...]:
        """The names to freeze it by."""
        return tuple(name for name, _ in self.weights if name)

    def is_frozen(self, frozen: Collection[str]) -> bool:
        """Whether all its weights are frozen."""
        return bool(self.names) and set(self.names) <= set(frozen)


def trainable(layers: Sequence[LayerFacts], frozen: Collection[str]) -> int:
    """Count the parameters that are trained while the layers `frozen` are not."""
    return sum(count for each in layers for name, count in each.weights if name not in frozen)


def with_toggled(
    layers: Sequence[LayerFacts], frozen: Collection[str], index: int
) -> tuple[str, ...]:
    """Return the names to freeze when the layer at `index` is frozen, or unfrozen if it was."""
    toggled = set(layers[index].names)
    was = layers[index].is_frozen(frozen)
    wanted = set(frozen) - toggled if was else set(frozen) | toggled
    return tuple(name for each in layers for name in each.names if name in wanted)


def all_but_last(layers: Sequence[LayerFacts]) -> tuple[str, ...]:
    """Return the names of all layers but the last one: what transfer learning freezes."""
    names = [name for each in layers for name in each.names]
    return tuple(names[:-1])
