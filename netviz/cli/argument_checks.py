"""What can be said of arguments before torch is loaded: wrong ones end with status 2."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netviz.engine.dataset_names import is_own, own_path
from netviz.engine.datasets.mirror_address import checked_address
from netviz.engine.errors import ConfigError, DownloadError, ModelError
from netviz.engine.network.layer_plan import parse_layer
from netviz.engine.options.option import Effect, format_value
from netviz.engine.options.run_config import MODELS, OPTIONS, RunConfig
from netviz.engine.storage.run_summary import FILES, RUN_FILE


def path_argument(text: str) -> Path:
    """Read a path; an empty one, which Python takes for the present folder, is refused."""
    if not text.strip():
        raise ConfigError("An empty text names no file or folder.", "Write . for this folder.")
    return Path(text)


def lesson_argument(text: str) -> Path:
    """Return the file of a lesson; raises `ConfigError` where there is none.

    What is wrong in it is said in the window, where it is read again when it is saved.
    """
    path = path_argument(text).expanduser().absolute()
    if not path.is_file():
        raise ConfigError(f"There is no lesson {path}.", "Name a file that ends in .md.")
    return path


def mirror_argument(address: str | None) -> str | None:
    """Refuse what is no address, also where nothing is downloaded."""
    try:
        return address and checked_address(address)
    except DownloadError as error:
        raise ConfigError(f"mirror: {error.message}", error.hint) from error


def with_absolute_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    """Make the paths in a run's settings absolute, so that it goes on in any other folder."""
    absolute = dict(values)
    dataset, model = str(values.get("dataset", "")), str(values.get("model", ""))
    kind, _, place = dataset.partition(":")
    if is_own(dataset) and place.strip():
        absolute["dataset"] = f"{kind}:{own_path(dataset).absolute()}"
    file, colon, name = model.rpartition(":")
    if file and model not in MODELS:
        absolute["model"] = f"{Path(file).expanduser().absolute()}{colon}{name}"
    return absolute


def check_network(config: RunConfig) -> None:
    """Refuse layers that are none and a file that is not there; raises `ConfigError`."""
    for text in config.layers:
        try:
            parse_layer(text)
        except ModelError as error:
            raise ConfigError(f"layers: {text}: {error.message}") from error
    file, _, _ = config.model.rpartition(":")
    if config.model not in MODELS and not Path(file).is_file():
        raise ConfigError(f"model: there is no file {file}.", "Write FILE.py:NAME.")


def check_kept(folder: Path, saved: RunConfig, given: Mapping[str, Any]) -> None:
    """Refuse to resume a run with other settings than those that can change in mid-run.

    Raises
    ------
    ConfigError
        Where one of the `given` takes effect on Reset only, and differs from the `saved`.
    """
    for name, value in given.items():
        option, kept = OPTIONS[name], getattr(saved, name)
        if option.effect is Effect.RESET and value != kept:
            raise ConfigError(
                f"{option.label} cannot change in the run in {folder}: "
                f"it is {format_value(option, kept)}.",
                f"Leave out --{name.replace('_', '-')}, or start a new run without --resume.",
            )


def check_replaces_no_run(folder: Path) -> None:
    """Refuse to write a new run over what another one left; raises `ConfigError`."""
    there = [name for name in FILES if (folder / name).exists()]
    if there:
        whose = "another run" if RUN_FILE in there else f"a file {there[0]}"
        raise ConfigError(
            f"out: {folder} holds {whose}, which would be replaced.",
            f'Choose another folder, go on with --resume "{folder}", or add --overwrite.'
            if RUN_FILE in there
            else "Choose another folder, or add --overwrite.",
        )
