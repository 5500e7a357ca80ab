"""Reads a lesson's file: a head in TOML, steps in Markdown, blocks in TOML. No code is run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.lessons import prose
from netviz.lessons.blocks import (
    read_actions,
    read_check,
    read_question,
    refuse_curve_without_training,
)
from netviz.lessons.lesson import LEVELS, TABS, Action, Check, Lesson, Question, Step
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.lesson_settings import ALLOWED, read_settings
from netviz.lessons.toml_table import Table, read_table, suggestion

MOST_BYTES = 300_000
MOST_STEPS_OF_LESSON = 60

_BLOCKS = ("do", "ask", "reveal", "check")
_HEAD_KEYS = ("title", "minutes", "level", "summary", "controls", "tabs", "run")
_CONTROLS = tuple(name for name in ALLOWED if OPTIONS[name].in_panel)
_LANGUAGE = re.compile(r"(.+)\.([a-z]{2,3}(?:[_-][A-Za-z]{2,4})?)")


def read_lesson(path: Path) -> Lesson:
    """Read a lesson's file.

    Raises
    ------
    LessonError
        When it cannot be read, or something in it is not what it should be; with the line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LessonError(
            f"The file cannot be read: {reason}.", "Choose another file.", file=path.name
        ) from None
    if len(content) > MOST_BYTES:
        raise LessonError(
            f"The file is larger than {MOST_BYTES:,} bytes, which no lesson is.", file=path.name
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(
            "This line is not written in UTF-8.",
            "Save the file as UTF-8 in your editor.",
            file=path.name,
            line=line,
        ) from None
    return parse_lesson(text, path)


def name_and_language(path: Path) -> tuple[str, str]:
    """Return a lesson's name and language by its file: ``03-rates.de.md``."""
    found = _LANGUAGE.fullmatch(path.stem)
    return (found[1], found[2]) if found else (path.stem, "")


def parse_lesson(text: str, path: Path) -> Lesson:
    """Read a lesson's text; `path` gives its name, and nothing is read from there.

    Raises
    ------
    LessonError
        As `read_lesson`.
    """
    file = path.name
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head, body = _head_lines(lines, file)
    table = read_table(lines[1:head], 2, file, "the head")
    table.allow(_HEAD_KEYS)
    steps = _Steps(file).read(lines[body:], body + 1)
    name, language = name_and_language(path)
    return Lesson(
        title=table.text("title", 80),
        minutes=table.whole("minutes", 1, 600, 10),
        level=table.one_of("level", LEVELS, "beginner"),
        summary=table.text("summary", 200, ""),
        run=_run(table),
        steps=steps,
        controls=_names(table, "controls", _CONTROLS),
        tabs=_names(table, "tabs", TABS),
        name=name,
        language=language,
        path=path,
    )


def _head_lines(lines: Sequence[str], file: str) -> tuple[int, int]:
    """Return the place of the line that ends the head, and of the one after it."""
    if lines[0].strip() != "+++":
        raise LessonError(
            "A lesson begins with +++, its title and settings, and +++ again.",
            "Put them above the first step.",
            file=file,
            line=1,
        )
    for place, line in enumerate(lines[1:], 1):
        if line.strip() == "+++":
            return place, place + 1
    raise LessonError(
        "The head that begins here never ends.", "Write +++ below it.", file=file, line=1
    )


def _run(table: Table) -> RunConfig:
    values = read_settings(table.inner("run")) if "run" in table.values else {}
    return RunConfig.parse(values)


def _names(table: Table, key: str, allowed: tuple[str, ...]) -> frozenset[str] | None:
    if key not in table.values:
        return None
    names = table.items(key, 0, len(allowed))
    for name in names:
        if name not in allowed:
            raise table.error(
                f"{key} names {str(name)[:60]!r}, which there is not.",
                suggestion(str(name), allowed),
                key=key,
                text=str(name)[:60],
            )
    return frozenset(names)


@dataclass
class _Open:
    """A step as far as it has been read."""

    title: str
    line: int
    texts: list[tuple[int, str]] = field(default_factory=list)
    after: list[tuple[int, str]] = field(default_factory=list)
    do: tuple[Action, ...] = ()
    ask: Question | None = None
    ask_line: int = 0
    reveal: tuple[Action, ...] | None = None
    checks: list[Check] = field(default_factory=list)
    last_block: str = ""


class _Steps:
    """Reads the steps below the head, line by line."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._steps: list[Step] = []
        self._open: _Open | None = None

    def read(self, lines: Sequence[str], first: int) -> tuple[Step, ...]:
        """Read all of them; `first` is the number of the first line in the file."""
        place = 0
        while place < len(lines):
            place = self._read_line(lines, place, first)
        self._close()
        if not self._steps:
            raise LessonError(
                "There is no step.", "A step begins with a line ## Title.", file=self._file,
                line=first,
            )  # fmt: skip
        return tuple(self._steps)

    def _read_line(self, lines: Sequence[str], place: int, first: int) -> int:
        """Read what begins in a line; return the place behind it."""
        line, number = lines[place], first + place
        heading = re.fullmatch(r"##(?!#)\s*(.*?)\s*#*\s*", line)
        if heading:
            self._begin(heading[1], number)
            return place + 1
        fence = prose.fence(line)
        if fence is None:
            self._text(line, number)
            return place + 1
        marks, info = fence
        end = next((i for i in range(place + 1, len(lines)) if prose.closes(lines[i], marks)), None)
        if end is None:
            raise self._error(
                "The block that begins here never ends.", f"Write {marks} below it.", number
            )
        inside = list(lines[place + 1 : end])
        if info in _BLOCKS:
            if any(each.startswith("## ") for each in inside):
                raise self._error(
                    "The block that begins here never ends.", f"Write {marks} below it.", number
                )
            self._block(info, inside, number)
        else:
            self._refuse_misspelt(info, number)
            for offset in range(place, end + 1):
                self._text(lines[offset], first + offset)
        return end + 1

    def _error(self, sentence: str, hint: str, line: int) -> LessonError:
        return LessonError(sentence, hint, file=self._file, line=line)

    def _refuse_misspelt(self, info: str, line: int) -> None:
        near = info.lower().rstrip("s") in _BLOCKS or info in ("check:", "then", "when", "answer")
        if near:
            raise self._error(
                f"There is no block “{info[:40]}”.", suggestion(info.lower(), _BLOCKS), line
            )

    def _begin(self, title: str, line: int) -> None:
        self._close()
        if not title:
            raise self._error("This step has no title.", "Write it behind ##.", line)
        if len(title) > 100:
            raise self._error("This title is too long.", "It may have 100 characters.", line)
        if len(self._steps) == MOST_STEPS_OF_LESSON:
            raise self._error(
                f"A lesson has at most {MOST_STEPS_OF_LESSON} steps.", "Make two of it.", line
            )
        self._open = _Open(prose.clean(title, self._file, line), line)

    def _text(self, line: str, number: int) -> None:
        if self._open is None:
            if line.strip():
                raise self._error(
                    "This stands above the first step.", "Begin it with a line ## Title.", number
                )
            return
        (self._open.texts if self._open.reveal is None else self._open.after).append((number, line))

    def _block(self, kind: str, inside: list[str], line: int) -> None:
        step = self._open
        if step is None:
            raise self._error(
                "This block stands above the first step.", "Begin with a line ## Title.", line
            )
        if kind == step.last_block != "check":
            raise self._error(f"This step has two {kind} blocks.", "Make two steps of it.", line)
        if step.last_block and _BLOCKS.index(kind) < _BLOCKS.index(step.last_block):
            raise self._error(
                f"A {kind} block stands before the {step.last_block} block.", "Move it up.", line
            )
        step.last_block = kind
        article = "an" if kind == "ask" else "a"
        table = read_table(inside, line + 1, self._file, f"{article} {kind} block")
        if not table.values:
            raise self._error(f"This {kind} block is empty.", "Fill it or take it out.", line)
        if kind == "do":
            step.do = read_actions(table)
        elif kind == "ask":
            step.ask, step.ask_line = read_question(table), line
        elif kind == "reveal":
            step.reveal = read_actions(table)
        else:
            step.checks.append(read_check(table))

    def _close(self) -> None:
        """Take up the step that has been read."""
        step, self._open = self._open, None
        if step is None:
            return
        reveal = step.reveal or ()
        refuse_curve_without_training(step.ask, reveal, self._file, step.ask_line)
        self._steps.append(
            Step(
                step.title,
                self._clean(step.texts),
                step.do,
                step.ask,
                reveal,
                is_revealed_on_request=bool(reveal) and step.ask is None,
                after=self._clean(step.after),
                checks=tuple(step.checks),
                line=step.line,
            )
        )

    def _clean(self, numbered: list[tuple[int, str]]) -> str:
        """Clean a text piece by piece, since blocks may stand between its lines."""
        pieces: list[list[tuple[int, str]]] = []
        for number, line in numbered:
            if not pieces or number != pieces[-1][-1][0] + 1:
                pieces.append([])
            pieces[-1].append((number, line))
        cleaned = [
            prose.clean("\n".join(line for _, line in piece), self._file, piece[0][0])
            for piece in pieces
        ]
        return "\n\n".join(each for each in cleaned if each.strip())
