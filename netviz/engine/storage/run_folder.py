"""A run's folder: files to read, and one to continue from; all are written, or none."""

import contextlib
import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from netviz.engine.atomic_files import write_files_whole
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory
from netviz.engine.run.record import RunRecord
from netviz.engine.run.run import Run
from netviz.engine.storage.branch_files import NO_BRANCHES, Branches
from netviz.engine.storage.run_file import SavedRun, pack, resume, unpack
from netviz.engine.storage.run_summary import DIVERGED_FILE, RUN_FILE
from netviz.engine.storage.tensor_file import tensors_bytes
from netviz.engine.training.trainer import Trainer


def save_run(
    run: RunRecord,
    folder: Path,
    ruined: RunRecord | None = None,
    branches: Branches = NO_BRANCHES,
) -> None:
    """Write the run into `folder`, which is made if it is missing; all files or none.

    ``config.json``
        Settings at step 0; with the ledger they give those of any step.
    ``metrics.csv``
        Loss and learning rate of every step.
    ``epochs.csv``
        One `Measurement` a line, the first of the untrained network.
    ``ledger.json``
        What the user changed, and at which step.
    ``model.safetensors``
        The weights of that moment, by their names in torch's ``state_dict``.
    ``run.safetensors``
        All of that and the trainer's state: what `open_run` continues from.
    ``diverged.safetensors``
        The same of the run as `ruined`, if it is that; else there is no such file afterwards.
    ``branches``
        A folder with a file for each run of the session that was left.

    Raises
    ------
    StorageError
        When a file cannot be written; what was in the folder stays as it was.
    """
    ledger = [asdict(entry) for entry in run.ledger]
    texts = {
        "config.json": run.initial_config.to_json() + "\n",
        "metrics.csv": metrics_csv(run.history),
        "epochs.csv": epochs_csv(run.measurements),
        "ledger.json": json.dumps(ledger, indent=2) + "\n",
    }
    files: dict[str, bytes | Path] = {name: text.encode() for name, text in texts.items()}
    files |= branches.files
    files["model.safetensors"] = tensors_bytes(run.snapshot.model)
    if ruined is not None:
        files[DIVERGED_FILE] = pack(ruined)
    files[RUN_FILE] = pack(run)
    write_files_whole(folder, files, branches.remover(folder))
    if ruined is None:
        with contextlib.suppress(OSError):
            (folder / DIVERGED_FILE).unlink(missing_ok=True)


def open_run(saved: SavedRun, number: int, trainer: Trainer) -> Run:
    """Make a run of what `read_run` returned, ready to continue bit for bit.

    Parameters
    ----------
    saved
        What was read.
    number
        Identifies the run within its session.
    trainer
        Just built with the initial settings of `saved`, on its data set.

    Raises
    ------
    StorageError
        When the saved state does not fit the trainer.
    """
    run = Run(number, trainer, saved.measurements[0], saved.start, saved.started_from)
    resume(run, saved)
    return run


def read_run(folder: Path) -> SavedRun:
    """Read a saved run; raises `StorageError` when that cannot be."""
    return unpack(folder)


def metrics_csv(history: StepHistory) -> str:
    """Write loss and learning rate of every step as CSV."""
    steps = zip(
        history.steps.tolist(),
        history.losses.tolist(),
        history.learning_rates.tolist(),
        strict=True,
    )
    return _csv(("step", "loss", "learning_rate"), steps)


def epochs_csv(measurements: Iterable[Measurement]) -> str:
    """Write the measurements as CSV, the first of the untrained network."""
    names = [field.name for field in fields(Measurement)]
    return _csv(names, (asdict(measurement).values() for measurement in measurements))


def _csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
