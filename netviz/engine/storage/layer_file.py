"""The record of a run's layers as tensors in its file, and back; checked whole before it is used.

What is damaged is left out: no picture of the past is worth a run.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from netviz.engine.protocol.layer_record import LayerRecord, LayerRow, Spread, StepGradients
from netviz.engine.run.layer_history import MOST_ROWS

_SPREADS = ("weights", "biases")
_GRADIENTS = ("norms", "unclipped_norms", "update_ratios")
_MOST_BINS = 1000


def layer_tensors(record: LayerRecord) -> dict[str, Any]:
    """Return the record as a tree of tensors, with one row of each for each row of it.

    The untrained network has no gradients: theirs have one row less.
    """
    rows = record.rows
    steps = np.array([row.step for row in rows], np.int64)
    columns: dict[str, NDArray[Any]] = {"steps": steps}
    for name in _SPREADS:
        spreads = [getattr(row, name) for row in rows]
        columns[f"{name}_counts"] = np.stack([spread.counts for spread in spreads])
        columns[f"{name}_ranges"] = np.stack([spread.ranges for spread in spreads])
    gradients = [row.gradients for row in rows if row.gradients is not None]
    for name in _GRADIENTS:
        values = [getattr(each, name) for each in gradients]
        columns[name] = np.array(values, np.float64).reshape(len(gradients), len(record.names))
    tensors = {name: torch.from_numpy(column) for name, column in columns.items()}
    gaps = torch.tensor(record.gaps, dtype=torch.int64).reshape(-1, 2)
    return {"names": list(record.names), **tensors, "gaps": gaps}


def read_layers(state: Any, last_step: int) -> LayerRecord:
    """Read what `layer_tensors` returned.

    Raises
    ------
    ValueError
        When any part of it cannot be: it is of another type or form, out of range, or does not
        fit the others.
    """
    _require(isinstance(state, Mapping), "it is no dict")
    names = state.get("names")
    _require(isinstance(names, list) and all(type(name) is str for name in names), "names")
    count = len(names)
    steps = _column(state, "steps", torch.int64, (None,))
    rows = len(steps)
    _require(0 < rows <= MOST_ROWS + 1, "steps")
    _require(steps[0] == 0 and bool(np.all(np.diff(steps) > 0)) and steps[-1] <= last_step, "steps")
    weights, biases = (_spreads(state, name, (rows, count)) for name in _SPREADS)
    norms, unclipped, ratios = (_gradients(state, name, (rows - 1, count)) for name in _GRADIENTS)
    read = tuple(
        LayerRow(
            int(step),
            Spread(weights[0][row], weights[1][row]),
            Spread(biases[0][row], biases[1][row]),
            StepGradients(norms[row - 1], unclipped[row - 1], ratios[row - 1]) if row else None,
        )
        for row, step in enumerate(steps.tolist())
    )
    return LayerRecord(tuple(names), read, _gaps(state, steps, last_step))


def _spreads(
    state: Mapping[str, Any], name: str, shape: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    counts = _column(state, f"{name}_counts", torch.int32, (*shape, None))
    ranges = _column(state, f"{name}_ranges", torch.float64, (*shape, 2))
    _require(0 < counts.shape[2] <= _MOST_BINS and bool(np.all(counts >= 0)), f"{name}_counts")
    is_counted = counts.any(axis=2)
    is_range = np.isfinite(ranges).all(axis=2) & (ranges[..., 0] < ranges[..., 1])
    _require(bool(np.all(is_range | ~is_counted)), f"{name}_ranges")
    return counts, ranges


def _gradients(state: Mapping[str, Any], name: str, shape: tuple[int, int]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = _column(state, name, torch.float64, shape)
    _require(not np.any(values < 0), name)
    return values


def _gaps(
    state: Mapping[str, Any], steps: NDArray[np.int64], last_step: int
) -> tuple[tuple[int, int], ...]:
    gaps = _column(state, "gaps", torch.int64, (None, 2))
    ends = gaps.ravel()
    is_in_order = bool(np.all(np.diff(ends) >= 0) and np.all(gaps[:, 0] < gaps[:, 1]))
    _require(is_in_order and bool(np.all((ends >= 0) & (ends <= last_step))), "gaps")
    within = [np.any((steps > after) & (steps <= last)) for after, last in gaps.tolist()]
    _require(not any(within), "gaps")
    return tuple((int(after), int(last)) for after, last in gaps.tolist())


def _column(
    state: Mapping[str, Any], name: str, kind: torch.dtype, shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """Return one tensor as a read-only array; None in `shape` stands for any length."""
    value = state.get(name)
    if not isinstance(value, Tensor) or value.dtype != kind or value.dim() != len(shape):
        raise ValueError(name)
    is_fitting = all(want in (None, size) for want, size in zip(shape, value.shape, strict=True))
    _require(is_fitting, name)
    array: NDArray[Any] = value.numpy()
    array.flags.writeable = False
    return array


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)
