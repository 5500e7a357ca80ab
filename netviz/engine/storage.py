"""A run's files: settings, metrics, ledger and weights, each written whole or not at all."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from safetensors.torch import save

from netviz.engine.events import Measurement
from netviz.engine.files import write_text_whole, write_whole
from netviz.engine.run import Run


def save_run(run: Run, folder: Path) -> None:
    """Write the run into `folder`, which is made if it is missing.

    ``config.json``
        Settings at step 0; with the ledger they give those of any step.
    ``metrics.csv``
        Loss and learning rate of every step.
    ``epochs.csv``
        One `Measurement` a line, the first of the untrained network.
    ``ledger.json``
        What the user changed, and at which step.
    ``model.safetensors``
        The weights as they are now, by their names in torch's ``state_dict``.

    Raises
    ------
    StorageError
        When a file cannot be written.
    """
    write_text_whole(folder / "config.json", run.initial_config.to_json() + "\n")
    history = run.history
    steps = zip(
        history.steps.tolist(),
        history.losses.tolist(),
        history.learning_rates.tolist(),
        strict=True,
    )
    write_text_whole(folder / "metrics.csv", _csv(("step", "loss", "learning_rate"), steps))
    names = [field.name for field in fields(Measurement)]
    epochs = (asdict(measurement).values() for measurement in run.measurements)
    write_text_whole(folder / "epochs.csv", _csv(names, epochs))
    ledger = [asdict(entry) for entry in run.ledger]
    write_text_whole(folder / "ledger.json", json.dumps(ledger, indent=2) + "\n")
    weights = {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in run.trainer.model.state_dict().items()
    }
    # Not save_file: a full disk makes it raise an error of its own, which nobody expects.
    write_whole(folder / "model.safetensors", lambda path: path.write_bytes(save(weights)))


def _csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
