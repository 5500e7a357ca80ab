"""The text of "Copy diagnostics": what a maintainer needs to know."""

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from netviz import __version__
from netviz.engine.options.run_config import RunConfig

_PACKAGES = ("torch", "torchvision", "PySide6-Essentials", "pyqtgraph", "numpy")


@dataclass(frozen=True)
class RunFacts:
    """What is known of the current run.

    Attributes
    ----------
    device
        That trains; empty before the first run is ready.
    threads
        That torch uses.
    state, step
        Such as ``running``, and the number of steps trained.
    """

    device: str
    threads: int
    state: str
    step: int


def versions() -> str:
    """Return the versions of NetViz and of what it uses, in one line."""
    parts = [f"NetViz {__version__}", f"Python {platform.python_version()}", f"Qt {qVersion()}"]
    return ", ".join([*parts, *(f"{name} {_version(name)}" for name in _PACKAGES)])


def diagnostics(facts: RunFacts, config: RunConfig, last_error: str) -> str:
    """Return everything as lines of text.

    Parameters
    ----------
    facts, config
        The current run and its settings.
    last_error
        The last failure with its traceback; empty if there was none.
    """
    lines = [
        versions(),
        f"Platform: {platform.platform()}, {platform.machine()}, {sys.implementation.name}",
        f"Window system: {QGuiApplication.platformName()}",
        f"Device: {facts.device or 'not known yet'}, threads: {facts.threads}",
        f"Run: {facts.state}, step {facts.step:,}",
        f"Config: {config.model_dump_json()}",
        f"Last error: {last_error or 'none'}",
    ]
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
