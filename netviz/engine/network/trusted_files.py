"""Which Python files the user himself has chosen to run: a saved run must not choose one for him.

The SHA-256 of each lies in the user's state folder. It is not kept in the saved run, where whoever
made the run could put that of any file.
"""

import contextlib
import hashlib
from pathlib import Path

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import MODELS, RunConfig
from netviz.paths import state_dir


class UntrustedFileError(ConfigError):
    """A saved run would run a Python file that the user did not choose as it is now."""


def trust_model(config: RunConfig) -> None:
    """Note that the user wants the Python file that `config` names run as it is; if it does."""
    file = _model_file(config)
    if file is not None and (digest := _digest(file)):
        with contextlib.suppress(OSError):  # then he is asked when he opens the run
            _folder().mkdir(parents=True, exist_ok=True)
            (_folder() / digest).touch()


def refuse_untrusted(config: RunConfig) -> None:
    """Refuse to run a Python file that is new here, or changed since the user chose it.

    Raises
    ------
    UntrustedFileError
        Names the file.
    """
    file = _model_file(config)
    # What is wrong with a file that cannot be read is said where it would be run.
    if file is not None and (digest := _digest(file)) and not (_folder() / digest).is_file():
        raise UntrustedFileError(
            f"To open this run, the code in {file} would be run. "
            "It is new here, or has changed since you chose it.",
            "Do so only if you know what is in it.",
        )


def _model_file(config: RunConfig) -> Path | None:
    if config.model in MODELS:
        return None
    return Path(config.model.rpartition(":")[0]).expanduser()


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def _folder() -> Path:
    return state_dir() / "trusted"
