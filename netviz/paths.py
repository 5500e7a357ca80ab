"""The one place that knows where NetViz's files are: its resources and the user's folders."""

from functools import cache
from pathlib import Path

import platformdirs

_SENTINEL = "netviz-resources.txt"


@cache
def resources_dir() -> Path:
    """Folder of the files that ship with NetViz.

    Installed from a wheel it lies inside the package, in a checkout beside it. Where it is in
    neither place nothing is raised: whoever reads a file of it can say better what is missing.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "resources", package.parent / "resources")
    found = (folder for folder in candidates if (folder / _SENTINEL).is_file())
    return next(found, candidates[0])


def resource(*parts: str) -> Path:
    """Path of one shipped file, for example ``resource("fonts", "Inter-Regular.ttf")``."""
    return resources_dir().joinpath(*parts)


def cache_dir() -> Path:
    """Folder of what can be fetched or made again."""
    return Path(platformdirs.user_cache_dir("netviz", appauthor=False))


def data_dir() -> Path:
    """Folder into which data sets are downloaded unless the user names another."""
    return cache_dir() / "datasets"


def states_dir() -> Path:
    """Folder of the states along the way of the runs that are trained just now."""
    return cache_dir() / "states"


def state_dir() -> Path:
    """Folder of the log file, the window's settings and autosaved runs."""
    return Path(platformdirs.user_state_dir("netviz", appauthor=False))


def lessons_dir() -> Path:
    """Folder of the user's own lessons, unless the user names another."""
    return Path(platformdirs.user_documents_dir()) / "NetViz lessons"


def runs_dir() -> Path:
    """Folder for runs that cannot be saved where NetViz was started."""
    return Path(platformdirs.user_data_dir("netviz", appauthor=False)) / "runs"
