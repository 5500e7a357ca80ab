"""The story of a run, told from its record: settings, changes, epochs, and what happened.

It is derived anew from what a run holds, so that a run that was saved and opened tells the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import PurePath

from netviz.engine.dataset_names import dataset_label
from netviz.engine.errors import ConfigError
from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import MODELS, OPTIONS, RunConfig
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_words, with_layer_words
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.overfitting import best_measurement
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import loss_text, percent_text, round_stride

SINGLE_EPOCHS = 20
"""A run of no more epochs tells each by itself; a longer one folds them into about as many."""
_MAIN = ("learning_rate", "batch_size", "epochs", "seed")
_OWN_WORDS = ("dataset", "model", "hidden", "optimizer")


class Kind(StrEnum):
    """What an entry tells of, in the order in which what happened at one step is told.

    Every `What` is one of these by the same name.
    """

    SETTINGS = "settings"
    EPOCHS = "epochs"
    BEST = "best"
    WENT_BACK = "went back"
    NOTICED = "noticed"
    FAILED = "failed"
    RECOVERED = "recovered"
    CHANGED = "changed"
    SAVED = "saved"


@dataclass(frozen=True)
class StoryEntry:
    """One entry of the log.

    Attributes
    ----------
    step
        Where it is on the plots.
    epochs
        The epoch, or the first and the last of several: ``4–9``; empty before the first.
    kind
        What it tells of.
    text
        What happened, in a line.
    hint
        What it means and what may help; empty where there is nothing to add.
    """

    step: int
    epochs: str
    kind: Kind
    text: str
    hint: str = ""


@dataclass(frozen=True)
class RunTold:
    """What a run holds that its story is told from.

    Attributes
    ----------
    config
        The settings in force.
    measurements
        One for the untrained network, then one for each epoch.
    ledger
        Every change, in order.
    happenings
        What happened beside that, in order.
    findings
        What was noticed.
    started_from
        File of the weights at step 0; empty for those that the seed makes.
    layers
        The network's layers, which are called as the user knows them.
    """

    config: RunConfig
    measurements: Sequence[Measurement]
    ledger: Sequence[LedgerEntry] = ()
    happenings: Sequence[Happening] = ()
    findings: Sequence[Finding] = ()
    started_from: str = ""
    layers: tuple[LayerFacts, ...] = ()

    @property
    def initial_config(self) -> RunConfig:
        """The settings at step 0."""
        first: dict[str, object] = {}
        for entry in self.ledger:
            first.setdefault(entry.option, entry.old)
        try:
            return self.config.with_changes(first)
        except ConfigError:  # a change is under way that does not go with those before it
            return self.config


def story(told: RunTold) -> tuple[StoryEntry, ...]:
    """Tell a run from its first step to its last.

    What happens at one step stands in the order in which it happened.
    """
    entries = [_settings(told)]
    named = [with_layer_words(each, told.layers) for each in told.ledger]
    entries += [StoryEntry(each.step, str(each.epoch), Kind.CHANGED, each.label) for each in named]
    entries += [
        StoryEntry(each.step, str(each.epoch), Kind(each.what), each.text)
        for each in told.happenings
    ]
    entries += [
        StoryEntry(each.step, str(each.epoch), Kind.NOTICED, each.text, each.hint)
        for each in told.findings
    ]
    entries += _epochs(told.measurements, {entry.step for entry in entries}, told.ledger)
    order = [*Kind]
    return tuple(sorted(entries, key=lambda entry: (entry.step, order.index(entry.kind))))


def settings_text(told: RunTold) -> str:
    """Say in a line how a run began: what one always asks, then what is unusual."""
    config = told.initial_config
    optimizer = format_value(OPTIONS["optimizer"], config.optimizer)
    parts = [dataset_label(config.dataset), network_text(config), optimizer]
    parts += [_option_text(config, name) for name in _MAIN]
    usual = RunConfig()
    parts += [
        _option_text(config, name)
        for name in OPTIONS
        if name not in (*_MAIN, *_OWN_WORDS, "frozen")
        and getattr(config, name) != getattr(usual, name)
        and config.is_relevant(name)
    ]
    if config.frozen:
        parts.append(f"frozen {', '.join(layer_words(told.layers, config.frozen))}")
    return " · ".join(parts)


def _settings(told: RunTold) -> StoryEntry:
    text = settings_text(told)
    if told.started_from:
        text += f" · begun with the weights of {told.started_from}"
    return StoryEntry(0, "", Kind.SETTINGS, text)


def network_name(model: str) -> str:
    """Return what a network is called; one of the user's own by its file, without the folder."""
    return MODELS.get(model, PurePath(model.replace("\\", "/")).name)


def network_text(config: RunConfig) -> str:
    """Return what a network is called in a line, with its hidden layers."""
    name = network_name(config.model).partition(" (")[0]
    if config.is_relevant("hidden"):
        name += f" {format_value(OPTIONS['hidden'], config.hidden)}"
    return name


def _option_text(config: RunConfig, name: str) -> str:
    option = OPTIONS[name]
    return f"{option.label.lower()} {format_value(option, getattr(config, name))}"


def _epochs(
    measurements: Sequence[Measurement], cuts: set[int], ledger: Sequence[LedgerEntry]
) -> Iterator[StoryEntry]:
    """Tell the epochs, folded where there are many; nothing else happened inside a fold."""
    trained = [each for each in measurements if each.epoch > 0]
    best = best_measurement(measurements, ledger)
    place = _folding(trained, cuts, best)
    for _, fold in groupby(trained, key=place):
        yield _fold_entry([*fold], best)


def _folding(
    trained: Sequence[Measurement], cuts: set[int], best: Measurement | None
) -> Callable[[Measurement], object]:
    """Return what is the same for epochs that are told in one line."""
    length = round_stride(len(trained) / SINGLE_EPOCHS)
    bounds = sorted(cuts)
    passed = 0

    def place(each: Measurement) -> object:
        nonlocal passed
        # What happened at the step of a measurement came after it.
        while passed < len(bounds) and bounds[passed] < each.step:
            passed += 1
        return passed, (each.epoch - 1) // length, each is best

    return place


def _fold_entry(fold: Sequence[Measurement], best: Measurement | None) -> StoryEntry:
    first, last = fold[0], fold[-1]
    correct = f"test accuracy {percent_text(last.test_accuracy)}"
    loss = loss_text(last.test_loss)
    if first is last:
        kind, praise = (Kind.BEST, ", the best") if first is best else (Kind.EPOCHS, "")
        text = f"Epoch {first.epoch:,}{praise}: test loss {loss}, {correct}"
        return StoryEntry(first.step, f"{first.epoch:,}", kind, text)
    text = (
        f"Epochs {first.epoch:,} to {last.epoch:,}: test loss {loss_text(first.test_loss)} "
        f"→ {loss}, {correct}"
    )
    return StoryEntry(last.step, f"{first.epoch:,}–{last.epoch:,}", Kind.EPOCHS, text)
