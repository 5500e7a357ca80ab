"""Which lessons there are: those that ship with NetViz, and those of the user's own folder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from netviz.lessons.lesson import Lesson
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.reading import name_and_language, read_lesson
from netviz.paths import resource

MOST_FILES = 200
_NO_LESSONS = ("readme",)


@dataclass(frozen=True)
class Entry:
    """A lesson's file, read or not.

    Attributes
    ----------
    lesson
        What it says; None where it cannot be read.
    error
        Why not; None where it can.
    is_own
        Whether it is the user's, and not one that ships with NetViz.
    """

    path: Path
    lesson: Lesson | None = None
    error: LessonError | None = None
    is_own: bool = False

    @property
    def title(self) -> str:
        """What the list calls it: its file's name where it cannot be read."""
        return self.lesson.title if self.lesson else self.path.name

    @property
    def key(self) -> str:
        """What progress is kept by: the same for all languages of a lesson."""
        return lesson_key(self.path)


def shipped_folder() -> Path:
    """Folder of the lessons that ship with NetViz."""
    return resource("lessons")


def lesson_key(path: Path) -> str:
    """Return what a lesson is remembered by, whatever its language."""
    name, _ = name_and_language(path)
    return name if path.parent == shipped_folder() else str(path.with_name(name))


def languages(system: str) -> tuple[str, ...]:
    """Return the endings of files for a system's language, the nearest first.

    >>> languages("de_AT")
    ('de_AT', 'de-AT', 'de')
    """
    whole = re.fullmatch(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2,4}))?.*", system)
    if whole is None:
        return ()
    language, country = whole[1].lower(), whole[2]
    return (f"{language}_{country}", f"{language}-{country}", language) if country else (language,)


def in_language(path: Path, system: str) -> Path:
    """Return the file of the same lesson in the system's language, or else `path` itself."""
    name, _ = name_and_language(path)
    for language in languages(system):
        other = path.with_name(f"{name}.{language}.md")
        if other.is_file():
            return other
    return path


def entries(own: Path | None, system: str, shipped: Path | None = None) -> tuple[Entry, ...]:
    """Read all lessons, each in the system's language where there is such a file.

    Parameters
    ----------
    own
        The user's folder; None, or one that there is not, for none.
    system
        Name of the system's language, such as ``de_DE``.
    shipped
        Folder of those that ship with NetViz; None for the usual one.
    """
    shipped = shipped or shipped_folder()
    found = [_read(path, is_own=False) for path in _files(shipped, system)]
    if own is not None and own != shipped:
        found += [_read(path, is_own=True) for path in _files(own, system)]
    return tuple(found)


def next_after(path: Path, all_entries: Iterable[Entry]) -> Entry | None:
    """Return the lesson that comes after one in its own folder; None after the last."""
    beside = [each for each in all_entries if each.path.parent == path.parent and each.lesson]
    keys = [each.key for each in beside]
    key = lesson_key(path)
    place = keys.index(key) + 1 if key in keys else len(keys)
    return beside[place] if place < len(beside) else None


def _files(folder: Path, system: str) -> list[Path]:
    """Return one file for each lesson of a folder, in the order of their names."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".md")
    except OSError:
        return []
    by_name: dict[str, Path] = {}
    for path in files[: 5 * MOST_FILES]:
        name, language = name_and_language(path)
        if name.lower() in _NO_LESSONS:
            continue
        if not language or name not in by_name:
            by_name[name] = path
    return [in_language(path, system) for path in list(by_name.values())[:MOST_FILES]]


def _read(path: Path, *, is_own: bool) -> Entry:
    try:
        return Entry(path, read_lesson(path), is_own=is_own)
    except LessonError as error:
        return Entry(path, error=error, is_own=is_own)
