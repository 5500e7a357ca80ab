"""What layers are called where a user reads of them, usable without the network."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.ledger import LedgerEntry

_MOST_NAMED = 2


def layer_words(layers: Sequence[LayerFacts], names: Sequence[str]) -> tuple[str, ...]:
    """Name the layers whose weights are called `names` in the network.

    ``0`` is ``Conv 3×3``, or ``Conv 3×3 (1)`` where there are several of that kind. What is no
    whole layer keeps its name in the network, and of many only their number is told.
    """
    whole = [layer for layer in layers if layer.is_frozen(names)]
    covered = {name for layer in whole for name in layer.names}
    words = (*(_word(layers, layer) for layer in whole), *(n for n in names if n not in covered))
    return words if len(words) <= _MOST_NAMED else (f"{len(words)} layers",)


def numbered_titles(titles: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return each layer's name, counted by kind, and its sizes: ``Linear 1``, ``784 → 64``."""
    seen: dict[str, int] = {}
    result = []
    for title in titles:
        kind, _, sizes = title.partition(" ")
        seen[kind] = seen.get(kind, 0) + 1
        result.append((f"{kind} {seen[kind]}", sizes))
    return tuple(result)


def _word(layers: Sequence[LayerFacts], layer: LayerFacts) -> str:
    alike = [each for each in layers if each.names and each.short == layer.short]
    return layer.short if len(alike) < 2 else f"{layer.short} ({alike.index(layer) + 1})"


def with_layer_words(entry: LedgerEntry, layers: Sequence[LayerFacts]) -> LedgerEntry:
    """Return a change with its layers named as the user knows them."""
    old, new = layer_values(entry.option, (entry.old, entry.new), layers)
    return replace(entry, old=old, new=new)


def layer_values(
    option: str, values: tuple[Any, Any], layers: Sequence[LayerFacts]
) -> tuple[Any, Any]:
    """Return two values of `option`; where they name layers, as the user knows them."""
    if option != "frozen":
        return values
    return layer_words(layers, values[0]), layer_words(layers, values[1])
