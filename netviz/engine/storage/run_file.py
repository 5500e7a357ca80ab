"""One file that holds all of a run; reading it executes nothing.

It is a safetensors file: tensors by name, and in its header a JSON record of everything else.
"""

import dataclasses
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from netviz import __version__
from netviz.engine.errors import NetvizError, StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.findings import Finding, finding_records, read_findings
from netviz.engine.protocol.happening import Happening, What
from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.protocol.ledger import LedgerEntry, read_entry
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.history import StepHistory
from netviz.engine.run.record import RunRecord
from netviz.engine.run.run import Run
from netviz.engine.storage.branch_files import read_tree, tree_record
from netviz.engine.storage.layer_file import layer_tensors, read_layers
from netviz.engine.storage.run_summary import FORMAT, META_KEY, broken, read_record, run_file
from netviz.engine.storage.state_check import check_types, check_weights, fitting_optimizer
from netviz.engine.storage.tensor_file import tensors_bytes
from netviz.engine.training.optimizers import adjust_optimizer
from netviz.engine.training.schedules import Plateau
from netviz.engine.training.trainer import Snapshot


@dataclass(frozen=True, eq=False)
class SavedRun:
    """What a run file holds, all of it on the CPU.

    Attributes
    ----------
    initial_config
        Settings at step 0.
    snapshot
        The trainer's state.
    history, measurements, ledger, tally
        The record, as in `Run`.
    threads
        Processor cores that one step used where its settings do not say.
    start, started_from
        Weights at step 0 and the file they came from, if they are not the seed's own.
    layers
        What was recorded of the layers; None where the file has no record, or a damaged one.
    findings
        What was noticed.
    happenings
        What is to be told of the run beside its record; of a run saved before that was kept, none.
    tree
        Its place among the runs of the session that saved it; of a run saved before, none.
    """

    initial_config: RunConfig
    snapshot: Snapshot
    history: StepHistory
    measurements: list[Measurement]
    ledger: tuple[LedgerEntry, ...]
    tally: EpochTally
    threads: int
    start: dict[str, Tensor] | None
    started_from: str
    layers: LayerRecord | None = None
    findings: tuple[Finding, ...] = ()
    happenings: tuple[Happening, ...] = ()
    tree: RunTree = dataclasses.field(default_factory=RunTree)

    def on_any_device(self) -> "SavedRun":
        """Return the same run for a machine without its device."""
        change = {"device": "auto"}
        snapshot = dataclasses.replace(
            self.snapshot, config=self.snapshot.config.with_changes(change)
        )
        initial = self.initial_config.with_changes(change)
        return dataclasses.replace(self, initial_config=initial, snapshot=snapshot)


def pack(run: RunRecord) -> bytes:
    """Return the content of a run's file; raises `StorageError` for what no file can hold."""
    snapshot = run.snapshot
    tensors: dict[str, Tensor] = {}
    history = run.history
    state = {
        "model": snapshot.model,
        "optimizer": snapshot.optimizer,
        "sampler": snapshot.sampler,
        "generators": snapshot.generators,
        "gradients": snapshot.gradients,
        "start": run.start,
        "steps": torch.from_numpy(history.steps.copy()),
        "losses": torch.from_numpy(history.losses.copy()),
        "learning_rates": torch.from_numpy(history.learning_rates.copy()),
        "layers": None if run.layers is None else layer_tensors(run.layers),
    }
    record = {
        "format": FORMAT,
        "netviz": __version__,
        "config": snapshot.config.model_dump(),
        "initial_config": run.initial_config.model_dump(),
        "step": snapshot.step,
        "epoch": snapshot.epoch,
        "summed": snapshot.summed,
        "trained_with": snapshot.trained_with and snapshot.trained_with.model_dump(),
        "undivided": True,
        "threads": run.threads,
        "plateau": asdict(snapshot.plateau),
        "measurements": [asdict(measurement) for measurement in run.measurements],
        "ledger": [asdict(entry) for entry in run.ledger],
        "happenings": [asdict(happening) for happening in run.happenings],
        "tally": _tally_record(run.tally),
        "started_from": run.started_from,
        "findings": finding_records(run.findings),
        **tree_record(run.tree),
        "state": {name: _encode(value, name, tensors) for name, value in state.items()},
    }
    return tensors_bytes(tensors, {META_KEY: json.dumps(record)})


def unpack(path: Path) -> SavedRun:
    """Read the run that was saved in the folder (or run file) `path`.

    Raises
    ------
    StorageError
        When there is no run, it is broken, or it is of a later version.
    """
    file = run_file(path)
    record = read_record(file)
    try:
        return _unpack(record, load(file.read_bytes()))
    except StorageError:
        raise
    except (
        *(KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError),
        *(RuntimeError, OSError, SafetensorError, NetvizError),
    ) as error:
        raise broken(file, error) from error


def unpack_bytes(content: bytes) -> SavedRun:
    """Read what `pack` has just returned, as `unpack` reads it from a file."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return _unpack(json.loads(header["__metadata__"][META_KEY]), load(content))


def _unpack(record: dict[str, Any], tensors: dict[str, Tensor]) -> SavedRun:
    saved_layers = record["state"].get("layers")
    try:
        state = {
            name: _decode(value, tensors)
            for name, value in record["state"].items()
            if name != "layers"
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("the tree of its state is damaged") from error
    check_types(state)
    config = RunConfig.parse(record["config"])
    before = record.get("trained_with")
    gradients = state["gradients"]
    if not record.get("undivided"):
        gradients = {name: value * config.accumulate for name, value in gradients.items()}
    snapshot = Snapshot(
        config=config,
        step=int(record["step"]),
        epoch=int(record["epoch"]),
        model=state["model"],
        optimizer=state["optimizer"],
        sampler=state["sampler"],
        generators=state["generators"],
        plateau=Plateau(**record["plateau"]),
        summed=int(record["summed"]),
        gradients=gradients,
        trained_with=RunConfig.parse(before) if before else None,
    )
    history = StepHistory()
    columns = [state[name].numpy() for name in ("steps", "losses", "learning_rates")]
    history.extend(*(np.asarray(column) for column in columns))
    measurements = [Measurement(**values) for values in record["measurements"]]
    if history.last_step > snapshot.step:
        raise ValueError("it has losses from after its last step")
    return SavedRun(
        RunConfig.parse(record["initial_config"]),
        snapshot,
        history,
        measurements,
        tuple(read_entry(values, config) for values in record["ledger"]),
        _tally(record["tally"]),
        max(1, int(record["threads"])),
        state["start"],
        str(record["started_from"]),
        _layers(saved_layers, tensors, snapshot.step),
        read_findings(record.get("findings"), snapshot.step),
        tuple(_happening(values) for values in record.get("happenings", ())),
        read_tree(record),
    )


def _layers(saved: Any, tensors: dict[str, Tensor], last_step: int) -> LayerRecord | None:
    """Read the record of the layers; a run goes on as well without it."""
    try:
        return read_layers(_decode(saved, tensors), last_step)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        return None


def _happening(values: dict[str, Any]) -> Happening:
    what, text = What(values["what"]), str(values["text"])
    return Happening(int(values["step"]), int(values["epoch"]), what, text)


def _tally_record(tally: EpochTally) -> dict[str, Any]:
    # Format 1 calls the correct predictions "right".
    return {"samples": tally.samples, "right": tally.correct, "seconds": tally.seconds}


def _tally(values: dict[str, Any]) -> EpochTally:
    return EpochTally(values["samples"], values["right"], values["seconds"])


def _encode(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """Put `value` into JSON, and the tensors in it into `tensors`."""
    match value:
        case Tensor():
            tensors[name] = value
            return {"tensor": name}
        case dict():
            items = value.items()
            return {"dict": [[key, _encode(item, f"{name}/{key}", tensors)] for key, item in items]}
        case list() | tuple():
            kind = "tuple" if isinstance(value, tuple) else "list"
            parts = enumerate(value)
            return {kind: [_encode(item, f"{name}/{index}", tensors) for index, item in parts]}
        case None | bool() | int() | float() | str():
            return value
    raise StorageError(
        f"{name} is a {type(value).__name__}, which a run file cannot hold.",
        "Keep only numbers, texts and tensors in what the network or its optimizer remembers.",
    )


def _decode(value: Any, tensors: dict[str, Tensor]) -> Any:
    """Undo `_encode`."""
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "tensor":
            return tensors[content]
        case "dict":
            return {key: _decode(item, tensors) for key, item in content}
        case "tuple":
            return tuple(_decode(item, tensors) for item in content)
        case "list":
            return [_decode(item, tensors) for item in content]
    raise ValueError(f"it holds a {kind}, which is unknown")


def resume(run: Run, saved: SavedRun) -> None:
    """Put a run that was just built for `saved` into the state in which it was saved.

    Raises
    ------
    StorageError
        When the state does not fit the network or the data; the run is unusable then.
    """
    trainer, snapshot = run.trainer, saved.snapshot
    images = len(trainer.data.train_labels)
    order, position = snapshot.sampler["order"], snapshot.sampler["position"]
    if len(order) not in (0, images):
        raise StorageError(
            f"The run was saved with {len(order):,} training images; there are {images:,} now.",
            "Put the data set back as it was, or start a new run on it.",
        )
    is_order = torch.equal(order.sort().values, torch.arange(len(order)))
    if not is_order or not (0 if len(order) else images) <= position <= images:
        raise StorageError(
            "The order in which the run shows its training images is damaged.",
            "The file was changed; choose another run.",
        )
    gradients = {name: value.to(trainer.device) for name, value in snapshot.gradients.items()}
    try:
        check_weights(snapshot, trainer.model)
        snapshot = dataclasses.replace(
            snapshot,
            gradients=gradients,
            optimizer=fitting_optimizer(snapshot, trainer),
        )
        trainer.restore(snapshot)
        # This adds what only a damaged file lacks.
        adjust_optimizer(trainer.optimizer, snapshot.config_in_effect)
    except Exception as error:
        # torch, and the user's own network, raise whatever they meet.
        raise StorageError(
            f"The saved state does not fit the run's network or optimizer ({error}).",
            "The file was changed, or is of another version; choose another run.",
        ) from error
    if not all(weights.isfinite().all() for weights in trainer.model.parameters()):
        raise StorageError(
            f"The run was saved after it had failed: its weights at step {trainer.step:,} are no "
            "numbers any more, and nothing can go on from them.",
            "Open a run that was saved before that.",
        )
    layers = saved.layers
    run.restore_record(
        saved.initial_config,
        saved.history,
        saved.measurements,
        saved.ledger,
        saved.tally,
        layers if layers and layers.names == run.layers.names else None,
        saved.findings,
        saved.happenings,
    )
