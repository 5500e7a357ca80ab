"""The texts of a lesson: Markdown without HTML, images and addresses, with figures to fill in."""

import re
from collections.abc import Callable, Iterator

from netviz.lessons.conditions import Figures, figure_text, is_figure, no_figure
from netviz.lessons.lesson_error import LessonError

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ADDRESS = re.compile(r"<((?:https?|mailto|file|ftp):[^<>\s]*)>", re.IGNORECASE)
_TAG = re.compile(r"(?<!\\)<[a-zA-Z/!?]")
_IMAGE = re.compile(r"!\[")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_PLACE = re.compile(r"\{([a-z]+(?:\.[a-z_]+)?|[a-z_]+)(?::([a-z]+))?\}")
STYLES = ("percent",)


def fence(line: str) -> tuple[str, str] | None:
    """Return a fence's marks and what stands behind them; None where the line is no fence."""
    found = _FENCE.match(line)
    if found is None or "`" in found[2]:
        return None
    return found[1], found[2].strip()


def closes(line: str, marks: str) -> bool:
    """Whether a line ends the code that `marks` began."""
    found = fence(line)
    return found is not None and found[0].startswith(marks) and not found[1]


def clean(text: str, file: str, line: int) -> str:
    """Return a text as it may be shown: links become their words.

    Parameters
    ----------
    line
        The line of its first line in the file.

    Raises
    ------
    LessonError
        Where it has HTML, an image or a figure that there is not.
    """
    for offset, part in _prose_lines(text):
        _refuse(part, file, line + offset)
    cleaned = _outside_code(text, _without_links)
    return _CONTROL.sub("", cleaned).strip("\n")


def _refuse(part: str, file: str, line: int) -> None:
    if _IMAGE.search(part):
        raise LessonError(
            "A lesson shows no images.", "Describe it in words.", file=file, line=line
        )
    if _TAG.search(_ADDRESS.sub("", part)):
        raise LessonError(
            "A lesson shows no HTML.",
            "Write it in Markdown; before a letter, write a “less than” sign as \\<.",
            file=file,
            line=line,
        )
    if _DEFINITION.match(part):
        raise LessonError("A lesson opens no addresses.", "Write it as text.", file=file, line=line)
    for name, style in _PLACE.findall(part):
        if not is_figure(name):
            error = no_figure(name)
            raise LessonError(error.message, error.hint, file=file, line=line)
        if style and style not in STYLES:
            raise LessonError(
                f"“{style}” is no way to write a figure.",
                f"Write {{{name}}} or {{{name}:percent}}.",
                file=file,
                line=line,
            )


def _without_links(text: str) -> str:
    return _LINK.sub(r"\1", _ADDRESS.sub(r"\1", text))


def filled(text: str, figures: Figures) -> str:
    """Fill the figures into a text, code excepted; a dash where one is not known."""

    def fill(found: re.Match[str]) -> str:
        value = figures.get(found[1])
        return "–" if value is None else figure_text(found[1], value, found[2] or "")

    return _outside_code(text, lambda part: _PLACE.sub(fill, part))


def _prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line that is no code, with code within it blanked, and its place from 0."""
    marks = ""
    for offset, line in enumerate(text.split("\n")):
        found = fence(line)
        if marks:
            marks = "" if closes(line, marks) else marks
        elif found:
            marks = found[0]
        else:
            yield offset, _INLINE_CODE.sub("", line)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change what is no code in a text."""
    done: list[str] = []
    prose: list[str] = []
    marks = ""

    def flush() -> None:
        if prose:
            done.append(_outside_inline_code("\n".join(prose), change))
            prose.clear()

    for line in text.split("\n"):
        found = fence(line)
        if marks:
            marks = "" if closes(line, marks) else marks
            done.append(line)
        elif found:
            flush()
            marks = found[0]
            done.append(line)
        else:
            prose.append(line)
    flush()
    return "\n".join(done)


def _outside_inline_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    last = 0
    for found in _INLINE_CODE.finditer(text):
        parts += [change(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*parts, change(text[last:])])
