"""How an option of a run is declared: once, with all that its readers need.

The control panel, the command line, the messages about bad values and the ledger's labels
are all derived from these declarations.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from netviz.engine.options.rate_points import brief_points_text, points_text
from netviz.number_text import number_text


class Effect(StrEnum):
    """When a change of an option takes effect."""

    NEXT_BATCH = "next batch"
    ANY_TIME = "any time"
    RESET = "on Reset"


class Section(StrEnum):
    """The part of the control panel in which an option stands, in the panel's order."""

    TRAINING = "Training"
    NETWORK = "Network"
    DATA = "Data"
    SCHEDULE = "Schedule"
    OPTIMIZER = "Optimizer details"
    AUGMENTATION = "Augmentation"
    MORE = "More"


@dataclass(frozen=True)
class Option:
    """One option's declaration, attached to its field in `RunConfig`.

    Attributes
    ----------
    label
        Its name on the screen.
    help
        One sentence that says what it is.
    effect
        When a change takes effect.
    section
        Where it stands in the control panel.
    minimum, maximum
        Inclusive range of a number.
    choices
        Allowed values of a choice, each with the name that the user sees.
    logarithmic
        Whether equal steps of its control multiply rather than add.
    step
        What one arrow key or wheel notch adds, for numbers that are not logarithmic.
    only_with
        Field and values of another option without which this one has no meaning; a value that
        ends in a colon stands for all that begin with it.
    short
        The name used where space is scarce (plots, command line), the label if empty.
    pattern
        Regular expression of texts that are allowed beside the choices, empty for none.
    pattern_help
        How such a text is written, for messages.
    choice_help
        One sentence on what a choice is for, for those that need one.
    in_panel
        Whether the control panel has an editor for it.
    """

    label: str
    help: str
    effect: Effect
    section: Section
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    logarithmic: bool = False
    step: float = 1
    only_with: tuple[str, tuple[str, ...]] | None = None
    short: str = ""
    pattern: str = ""
    pattern_help: str = ""
    in_panel: bool = True
    choice_help: Mapping[str, str] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """What is allowed, in words, for messages and tooltips."""
        if self.choices:
            return ", ".join([*self.choices, *filter(None, [self.pattern_help])])
        if self.pattern_help:
            return self.pattern_help
        if self.minimum is not None and self.maximum is not None:
            return f"{number_text(self.minimum)} to {number_text(self.maximum)}"
        return "true or false"

    def problem(self, value: Any) -> str | None:
        """Say why `value` is not allowed, or return None where it is."""
        if self.choices or self.pattern:
            texts = value if isinstance(value, tuple) else (value,)
            if not all(_is_unicode(str(text)) for text in texts):
                return "has a name with bytes that are no UTF-8, which no saved run could hold"
            known = all(text in self.choices or self._matches(text) for text in texts)
            return None if known else "is not one of the choices"
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            if not isinstance(number, int | float) or isinstance(number, bool):
                continue
            if isinstance(number, float) and not math.isfinite(number):
                return "is not a finite number"
            if self.minimum is not None and number < self.minimum:
                return "is too small"
            if self.maximum is not None and number > self.maximum:
                return "is too large"
        return None

    def _matches(self, text: Any) -> bool:
        return bool(self.pattern) and re.fullmatch(self.pattern, str(text)) is not None


def _is_unicode(text: str) -> bool:
    """Whether `text` is more than bytes: Python keeps those of a path that are no text apart."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def format_value(option: Option, value: Any) -> str:
    """Write a value of `option` as the user knows it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if _is_line(value):
        return points_text(value)
    if isinstance(value, tuple | list):
        return " – ".join(str(item) for item in value) or "none"
    if isinstance(value, str):
        return option.choices.get(value, value)
    return number_text(value)


def brief_value(option: Option, value: Any) -> str:
    """Write a value as `format_value` does, but shorter where a long list would fill a line."""
    return brief_points_text(value) if _is_line(value) else format_value(option, value)


def _is_line(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], tuple)
