"""What becomes of a folder if a run is saved in it; free of Qt."""

import os
from dataclasses import dataclass
from pathlib import Path

from netviz.engine.dataset_names import dataset_label
from netviz.engine.errors import StorageError
from netviz.engine.storage.run_summary import FILES, RUN_FILE, summarise


@dataclass(frozen=True)
class SavePlace:
    """What is at a place where a run could be saved.

    Attributes
    ----------
    text
        What is there, in a sentence.
    question
        What the user must agree to first, since something would be lost; empty if nothing is.
    agreement
        The words of a button that agrees.
    can_save
        Whether a run can be saved there.
    """

    text: str
    question: str = ""
    agreement: str = ""
    can_save: bool = True


def look_at(folder: Path) -> SavePlace:
    """Find out what saving a run in `folder` would do."""
    try:
        if folder.is_dir():
            return _in_folder(folder)
        if os.path.lexists(folder):
            return SavePlace(f"{folder.name} is a file. Name a folder.", can_save=False)
        parent = next(each for each in folder.absolute().parents if os.path.lexists(each))
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            return SavePlace(f"No folder can be made in {parent}.", can_save=False)
    except (OSError, ValueError) as error:  # such as a name that no file system takes
        reason = getattr(error, "strerror", None) or str(error)
        return SavePlace(f"No run can be saved there: {reason}.", can_save=False)
    return SavePlace("A new folder is made.")


def _in_folder(folder: Path) -> SavePlace:
    if not os.access(folder, os.W_OK | os.X_OK):
        return SavePlace(f"Nothing can be written in {folder}.", can_save=False)
    replaced = [name for name in FILES if os.path.lexists(folder / name)]
    if RUN_FILE in replaced:
        what = _run_in(folder)
        return SavePlace(
            f"There is a run in it: {what}.",
            f"Replace the run in {folder.name}? It would be lost: {what}.",
            "Replace the run",
        )
    if replaced:
        what = ", ".join(replaced)
        return SavePlace(
            f"There are files in it that a run has, too: {what}.",
            f"Replace {what} in {folder.name}? What is in there would be lost.",
            "Replace these files",
        )
    if any(folder.iterdir()):
        return SavePlace("The folder is there; the run's files are added to what is in it.")
    return SavePlace("The folder is there, and empty.")


def _run_in(folder: Path) -> str:
    try:
        summary = summarise(folder)
    except StorageError:
        return "one that cannot be read"
    left = {0: "", 1: ", and a run that was left"}
    others = left.get(summary.branches, f", and {summary.branches} runs that were left")
    return f"{dataset_label(summary.config.dataset)}, step {summary.step:,}{others}"
