"""NetViz as it is installed, but for what is missing."""

import shutil
from pathlib import Path

import netviz
from netviz import paths


def installed_without(name: str, folder: Path) -> Path:
    """Copy the package with its resources into `folder`, without `name`; return the folder.

    A Python that is started there with ``-m netviz`` runs the copy.
    """
    skip = shutil.ignore_patterns("__pycache__", "resources", "pictures")
    package = shutil.copytree(netviz.__path__[0], folder / "netviz", ignore=skip)
    shutil.copytree(paths.resources_dir(), package / "resources", ignore=skip)
    gone = package / name
    if gone.is_dir():
        shutil.rmtree(gone)
    else:
        gone.unlink()
    return folder
