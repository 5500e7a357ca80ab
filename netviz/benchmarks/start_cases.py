"""How long the app takes from the start of its process to a window that trains."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from netviz.benchmarks.measuring import Outcome, Plan

MOMENTS = (
    ("process start to visible window", 1.0),
    ("process start to accepted Train", 6.0),
    ("Train to first point", 0.5),
)


def starts(plan: Plan) -> list[Outcome]:
    """Starts of the app, warm; and cold, with its libraries out of the disk's cache."""
    warm = [_start() for _ in range(2 if plan.quick else 6)][1:]
    rows = _rows("warm", warm)
    if hasattr(os, "posix_fadvise") and not plan.quick:
        rows += _rows("cold", [_start(cold=True) for _ in range(2)])
    help_s = [_seconds_of("--help") for _ in range(3)]
    rows.append(Outcome("netviz --help", statistics.median(help_s), min(help_s), max(help_s), "s"))
    return rows


def _rows(how: str, measured: list[tuple[float, ...]]) -> list[Outcome]:
    note = f"{len(measured)} starts"
    return [
        Outcome(f"{what}, {how}", statistics.median(s), min(s), max(s), "s", target, False, note)
        for (what, target), s in zip(MOMENTS, zip(*measured, strict=True), strict=True)
    ]


def _start(*, cold: bool = False) -> tuple[float, ...]:
    if cold:
        for file in _libraries():
            _drop_from_cache(file)
    began = monotonic()
    command = [sys.executable, "-m", "netviz.benchmarks.start_child", str(began)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def _seconds_of(*arguments: str) -> float:
    began = monotonic()
    subprocess.run(
        [sys.executable, "-m", "netviz", *arguments], capture_output=True, check=True, timeout=60
    )
    return monotonic() - began


def _libraries() -> Iterator[Path]:
    for name in ("torch", "torchvision", "PySide6", "shiboken6", "numpy", "pyqtgraph", "netviz"):
        spec = find_spec(name)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            yield from (path for path in Path(folder).rglob("*") if path.is_file())


def _drop_from_cache(file: Path) -> None:
    """Ask the system to forget a file's contents; what others have mapped it keeps."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
