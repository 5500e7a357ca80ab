"""Reads lessons while Python tells of everything that reaches outside; prints what did.

Arguments: a folder of lessons.
"""

import sys
from pathlib import Path
from typing import Any

from netviz.lessons.lesson_error import LessonError
from netviz.lessons.prose import filled
from netviz.lessons.reading import read_lesson

INSIDE = ("object.", "sys._getframe", "marshal.", "code.", "builtins.id", "gc.")


def main() -> None:
    """Read all lessons of the folder, the first one twice: that loads what reading takes."""
    paths = sorted(Path(sys.argv[1]).iterdir())
    told: list[str] = []
    present: Path | None = None

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if present is None or event.startswith(INSIDE):
            return
        if event == "open" and str(arguments[0]) == str(present):
            return
        told.append(f"{present.name}: {event} {arguments!r:.200}")

    sys.addaudithook(hook)
    for path in (paths[0], *paths):
        told.clear() if path is paths[0] else None
        present = path
        try:
            for step in read_lesson(path).steps:
                filled(step.text + step.after, {"loss": 0.5})
        except LessonError as error:
            str(error)
        present = None
    print("\n".join(told))  # noqa: T201


main()
