"""What the names of data sets mean: those of the catalogue, and those of own pictures."""

from pathlib import Path

from netviz.engine.catalogue import CATALOGUE, DatasetInfo
from netviz.engine.errors import DataError

KINDS = ("folder", "csv")
"""How the names of own pictures begin, before the colon."""


def is_own(name: str) -> bool:
    """Whether `name` is that of a data set of own pictures: ``folder:PATH`` or ``csv:FILE``."""
    return name.partition(":")[0] in KINDS and ":" in name


def own_path(name: str) -> Path:
    """Return the folder or file that ``folder:PATH`` or ``csv:FILE`` names.

    Raises
    ------
    DataError
        `name` has no such form.
    """
    kind, _, place = name.partition(":")
    if kind not in KINDS or not place.strip():
        raise DataError(
            f"{name!r} names no data set of own pictures.", "Write folder:PATH or csv:FILE.csv."
        )
    path = Path(place.strip())
    return path.expanduser() if place.strip().startswith("~") else path


def dataset_info_or_none(name: str) -> DatasetInfo | None:
    """Return the catalogue's entry for `name`, None where the catalogue has none."""
    return CATALOGUE.get(name)


def dataset_label(name: str) -> str:
    """Return what a data set is called on the screen: own pictures by their folder or file."""
    if info := CATALOGUE.get(name):
        return info.label
    if is_own(name):
        place = name.partition(":")[2].strip()
        return Path(place).name or place or name
    return name
