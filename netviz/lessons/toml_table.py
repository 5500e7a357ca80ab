"""A table of a lesson's TOML whose every error names the line."""

import math
import re
import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from netviz.lessons import prose
from netviz.lessons.lesson_error import LessonError


class Table:
    """Values by key, taken one after the other; what nobody takes is refused.

    Parameters
    ----------
    values
        As `tomllib` reads them.
    lines
        The lines in which they stand.
    first
        The line of the first of them in the file.
    what
        What the table is, for messages: ``an ask block``.
    """

    def __init__(
        self, values: dict[str, Any], lines: list[str], first: int, file: str, what: str
    ) -> None:
        self.values, self.file, self.what = values, file, what
        self._lines, self._first = lines, first

    def line_of(self, key: str = "", text: str = "") -> int:
        """Return the line of a key, or of a text that stands there or below; else the first."""
        pattern = re.compile(rf"(?<![\w.-])[\"']?{re.escape(key)}[\"']?\s*=" if key else "")
        found = next((i for i, line in enumerate(self._lines) if pattern.search(line)), 0)
        if text:
            below = range(found, len(self._lines))
            found = next((i for i in below if text in self._lines[i]), found)
        return self._first + found

    def error(self, sentence: str, hint: str = "", *, key: str = "", text: str = "") -> LessonError:
        """Return an error about a key, or about the whole table."""
        return LessonError(sentence, hint, file=self.file, line=self.line_of(key, text))

    def allow(self, keys: Iterable[str]) -> None:
        """Refuse all other keys; the nearest allowed one is named."""
        allowed = tuple(keys)
        for key in self.values:
            if key not in allowed:
                raise self.error(
                    f"{key[:60]} is not known in {self.what}.",
                    suggestion(key, allowed),
                    key=key,
                )

    def inner(self, key: str) -> "Table":
        """Return the table under a key."""
        value = self.values[key]
        if not isinstance(value, dict):
            raise self.error(f"{key} is not a table such as {{ a = 1 }}.", key=key)
        below = self.line_of(key) - self._first
        header = (i for i, line in enumerate(self._lines) if line.strip() == f"[{key}]")
        below = next(header, below)
        what = f"{key} of {self.what}"
        return Table(value, self._lines[below:], self._first + below, self.file, what)

    def text(self, key: str, most: int, default: str | None = None) -> str:
        """Take one line of text of at most so many characters."""
        if key not in self.values:
            if default is None:
                raise self.error(f"{key} is missing in {self.what}.", f'Write {key} = "…".')
            return default
        return self.phrase(self.values[key], key, most)

    def phrase(self, value: Any, key: str, most: int) -> str:
        """Check one line of text."""
        if not isinstance(value, str):
            raise self.error(f"{key} is not a text in quotes.", key=key)
        if not value.strip():
            raise self.error(f"{key} is empty.", key=key)
        if len(value) > most:
            raise self.error(
                f"{key} has {len(value):,} characters.", f"It may have {most}.", key=key
            )
        place = value.split("\n")[0].strip()[:40]
        return prose.clean(" ".join(value.split()), self.file, self.line_of(key, place))

    def number(self, key: str, least: float, most: float, default: float | None = None) -> float:
        """Take a number within a range."""
        value = self.values.get(key, default)
        if value is None:
            raise self.error(f"{key} is missing in {self.what}.", f"Write {key} = {least:g}.")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            raise self.error(
                f"{key} is {shown(value)}.",
                f"It must be a number from {least:,g} to {most:,g}.",
                key=key,
            )
        return float(value)

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        """Take a whole number within a range."""
        value = self.values.get(key, default)
        if value is None:
            raise self.error(f"{key} is missing in {self.what}.", f"Write {key} = {least}.")
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(
                f"{key} is {shown(value)}.",
                f"It must be a whole number from {least:,} to {most:,}.",
                key=key,
            )
        return value

    def switch(self, key: str, *, default: bool = False) -> bool:
        """Take true or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{key} is {shown(value)}.", "It must be true or false.", key=key)
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Take one of a few words."""
        value = self.values.get(key, default)
        if value not in allowed:
            said = f"{key} is {shown(value)}." if value is not None else f"{key} is missing."
            raise self.error(said, f"Allowed: {', '.join(allowed)}.", key=key)
        return str(value)

    def items(self, key: str, least: int, most: int) -> list[Any]:
        """Take a list of so many items."""
        value = self.values.get(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            count = f"{least} to {most}" if least < most else f"{least}"
            raise self.error(f"{key} is not a list of {count}.", key=key)
        return value


def read_table(lines: list[str], first: int, file: str, what: str) -> Table:
    """Read lines of TOML, of which the first stands in line `first` of the file.

    Raises
    ------
    LessonError
        When they are no TOML.
    """
    try:
        values = tomllib.loads("\n".join(lines) + "\n")
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        at = first + min(int(found[1]) if found else len(lines), len(lines)) - 1
        reason = re.sub(r"\s*\(at .*\)$", "", str(error)).strip()[:120] or "it cannot be read"
        raise LessonError(
            f"This is no TOML: {reason[0].lower()}{reason[1:]}.",
            'Write each line as name = value, with texts in "quotes".',
            file=file,
            line=max(first, at),
        ) from None
    except (ValueError, RecursionError):  # thousands of digits, or of brackets
        longest = max(range(len(lines)), key=lambda place: len(lines[place]))
        raise LessonError(
            "This line is too long to be read.", file=file, line=first + longest
        ) from None
    return Table(values, lines, first, file, what)


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """Say which word may have been meant, and which are allowed."""
    words = sorted(allowed)
    near = get_close_matches(word[:60], words, n=1, cutoff=0.6)
    said = f"Did you mean {near[0]}? " if near else ""
    return f"{said}Allowed: {', '.join(words)}."


def shown(value: Any) -> str:
    """Write a value into a message, shortened."""
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
