"""What can be said of a network's layers without the network."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LayerFacts:
    """One layer, or one block of layers, as it stands in a network.

    Attributes
    ----------
    name
        Its name in the network, such as ``1`` or ``layer1.0``.
    kind
        torch's own name of it, such as ``Conv2d``.
    title
        What it is, for the screen: ``Linear 784 → 64``.
    output
        Shape of what it makes of one image; empty where it was not passed, or where that is
        no tensor.
    weights
        Each layer with weights in it, by the name under which it can be frozen, and how many.
    has_modes
        Whether it works otherwise while training: dropout and batch norm do.
    """

    name: str
    kind: str
    title: str
    output: tuple[int, ...]
    weights: tuple[tuple[str, int], ...]
    has_modes: bool

    @property
    def short(self) -> str:
        """Its title without what its shape tells: ``Linear``, ``Conv 3×3``."""
        before, arrow, after = self.title.partition(" → ")
        if not arrow:
            return self.title.removesuffix("1d").removesuffix("2d")
        return f"{before.split()[0]} {after.partition(', ')[2]}".strip()

    @property
    def parameters(self) -> int:
        """How many numbers it has that can be learned."""
        return sum(count for _, count in self.weights)

    @property
    def names(self) -> tuple[str, ...]:
        """The names to freeze."""
        return tuple(name for name, _ in self.weights if name)

    def is_frozen(self, frozen: Collection[str]) -> bool:
        """Whether all its weights stay as they are."""
        return bool(self.names) and set(self.names) <= set(frozen)


def trainable(layers: Sequence[LayerFacts], frozen: Collection[str]) -> int:
    """Count the numbers that training may change while the layers `frozen` stay."""
    return sum(count for each in layers for name, count in each.weights if name not in frozen)


def with_toggled(
    layers: Sequence[LayerFacts], frozen: Collection[str], index: int
) -> tuple[str, ...]:
    """Return the names to freeze when the layer at `index` is frozen, or freed if it was."""
    toggled = set(layers[index].names)
    was = layers[index].is_frozen(frozen)
    wanted = set(frozen) - toggled if was else set(frozen) | toggled
    return tuple(name for each in layers for name in each.names if name in wanted)


def all_but_last(layers: Sequence[LayerFacts]) -> tuple[str, ...]:
    """Return the names of all layers but the last one: what transfer learning freezes."""
    names = [name for each in layers for name in each.names]
    return tuple(names[:-1])
