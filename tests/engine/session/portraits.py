"""All that can be seen of a run in a session, in a form that can be compared."""

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.observations import Prediction
from netviz.engine.session import reports
from netviz.engine.storage.run_file import SavedRun
from netviz.engine.storage.run_folder import read_run
from tests.engine.session.transitions import Session, Trained
from tests.support import ALL_OBSERVATIONS, only

CHANGING_BY_THE_CLOCK = {"seconds", "samples_per_second", "remaining_s"}
"""Figures that no two runs have in common."""

OF_THE_SESSION = {"run", "request", "threads", "folder", "happenings", "tree"}
"""What names the run or tells how it came here, and not what it is."""

FUTURE = 20
"""Batches that are trained on to see that nothing is hidden in the state."""


def portrait(trained: Trained, folder: Path) -> dict[str, Any]:
    """Return all that can be seen of a run that is held, and all that is written of it."""
    run = trained.run
    told = trained.do(commands.Save(folder), commands.Export(ExportKind.SCRIPT, folder / "run.py"))
    assert not only(told, events.Refused)
    saved = read_run(folder)
    texts = {name: (folder / name).read_text() for name in ("metrics.csv", "ledger.json", "run.py")}
    seen = {
        "saved": of_consequence(saved, trained.recipe.step),
        "files": texts | {"weights": (folder / "model.safetensors").read_bytes()},
        "tally": run.tally,
        "place": reports.place(run),
        "epoch": run.current_epoch,
        "initial weights": run.initial_weights,
        "divergence": run.divergence,
        "watch": run.watch,
    }
    return {name: plain(value) for name, value in seen.items()}


def autosaved(session: Session) -> dict[str, Any]:
    """Return what another process would recover after this one has ended."""
    saved = read_run(session.autosaved_in())
    return {"saved": plain(of_consequence(saved, session.recipe.step))}


def of_consequence(saved: SavedRun, step: int) -> SavedRun:
    """Return a saved run without what nothing depends on."""
    snapshot = saved.snapshot
    if step == 0:  # the settings from before the first batch
        snapshot = replace(snapshot, trained_with=None, optimizer={"param_groups": []})
    for group in snapshot.optimizer["param_groups"]:
        del group["lr"]  # which is set anew for every batch
    return replace(saved, snapshot=snapshot)


def future(trained: Trained, *, with_news: bool) -> dict[str, Any]:
    """Return what a run that is held tells of its next batches, and what views see of it.

    `with_news` includes what was learned or forgotten since the last evaluation.
    """
    seen: dict[str, Any] = {"one batch": told_by(trained.do(commands.Step()))}
    views = (
        commands.Watch(ALL_OBSERVATIONS),
        commands.LookAt(1),
        commands.MeasureTest(),
        commands.PreviewAugmentation((0, 1, 2), 3),
        commands.Watch(frozenset()),
    )
    # What was watched before comes first, and so sooner or twice; in the end it is the same.
    seen["views"] = dict(told_by([event for wish in views for event in trained.do(wish)]))
    before = len(trained.driven.events)
    trained.train(FUTURE, commands.Pause())
    if not with_news:
        for name in ("just_learned", "just_forgotten"):
            del seen["views"]["TestPredictions"][name]
    trained.recipe.is_unseen = False
    drawing = np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)
    seen["prediction"] = plain(only(trained.do(commands.Predict(1, drawing)), Prediction))
    seen["batches"] = told_by(trained.driven.events[before:])
    return seen


def told_by(told: list[events.Event]) -> list[tuple[str, Any]]:
    """Return names and contents of what was told; the steps of several reports in a row together.

    The drawing on the pad belongs to the user, and is predicted whatever becomes of the run.
    """
    columns = ("steps", "losses", "learning_rates")
    merged: list[events.Event] = []
    for event in told:
        if isinstance(event, Prediction):
            continue
        if isinstance(event, events.Progress) and merged and isinstance(merged[-1], type(event)):
            last = merged.pop()
            both = {c: np.concatenate((getattr(last, c), getattr(event, c))) for c in columns}
            event = replace(event, **both)
        merged.append(event)
    return [(type(event).__name__, plain(event)) for event in merged]


def plain(value: Any) -> Any:
    """Turn anything into numbers, texts, lists and dictionaries that can be compared."""
    if isinstance(value, torch.Tensor):
        return "tensor", str(value.dtype), tuple(value.shape), value.cpu().numpy().tobytes()
    if isinstance(value, np.ndarray):
        return "array", str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, RunConfig):
        return plain(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    if isinstance(value, dict):
        left_out = CHANGING_BY_THE_CLOCK | OF_THE_SESSION
        return {key: plain(item) for key, item in value.items() if key not in left_out}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "learning_rates"):
        return [plain(column) for column in (value.steps, value.losses, value.learning_rates)]
    return value


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Name the places in which two things differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = {**one, **other}
        return [d for n in names for d in differences(one.get(n), other.get(n), f"{where}/{n}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, pair in pairs for d in differences(*pair, f"{where}/{i}")]
    if isinstance(one, list) and isinstance(other, list):
        names = [[item[0] if isinstance(item, tuple) else item for item in x] for x in (one, other)]
        return [f"{where}: {names[0]!s:.300} and {names[1]!s:.300}"]
    is_tuple = isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other) == 2
    if is_tuple:
        return differences(list(one), list(other), where)
    return [] if one == other else [f"{where}: {one!s:.200} != {other!s:.200}"]
