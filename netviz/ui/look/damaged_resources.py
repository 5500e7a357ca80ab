"""Which of NetViz's own files, icons and fonts, are missing or damaged."""

from pathlib import Path

from netviz import paths

_damaged: set[Path] = set()


def note_damaged(file: Path) -> None:
    """Note that the shipped `file` could not be read and a stand-in is used in its place."""
    _damaged.add(file)


def problem() -> str:
    """Return one sentence about what could not be read so far; empty if all could."""
    shipped = paths.resources_dir()
    kinds = sorted({file.parent.name for file in _damaged if file.is_relative_to(shipped)})
    if not kinds:
        return ""
    return (
        f"Some of NetViz's own {' and '.join(kinds)} are missing or damaged; "
        "plain ones stand in for them until NetViz is installed again."
    )
