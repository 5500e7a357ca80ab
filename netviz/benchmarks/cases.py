"""The benchmarks by name, and the process in which one of them runs."""

import importlib
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from netviz.benchmarks.measuring import Outcome, Plan

CASES = {
    "tutorials": "engine_cases:against_tutorials",
    "tightest": "engine_cases:against_tightest",
    "evaluation": "engine_cases:evaluation",
    "learning-rate": "engine_cases:learning_rate",
    "histories": "history_cases:histories",
    "going-back": "going_back_cases:going_back",
    "tree": "tree_cases:tree",
    "race": "race_cases:races",
    "zones": "zone_cases:zones",
    "race-window": "window_cases:race",
    "playhead": "look_cases:looking",
    "window": "window_cases:default_views",
    "window-offscreen": "window_cases:default_views",
    "tabs": "window_cases:each_tab",
    "stall": "window_cases:stall",
    "pad": "window_cases:pad",
    "frames": "frame_cases:frames",
    "frame-everything": "frame_cases:everything_on",
    "frame-ghosts": "frame_cases:ghosts",
    "frame-race": "frame_cases:race",
    "rate-strip": "frame_cases:rate_strip",
    "start": "start_cases:starts",
}
"""Where each benchmark is written: module and function."""


def environment(name: str, home: Path) -> dict[str, str]:
    """Return the environment of a benchmark: no user's files, and a screen real or not."""
    variables = dict(os.environ)
    # A developer's switch, by which every start would compile all of NetViz; no user's does.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in ("CACHE", "CONFIG", "DATA", "STATE"):
        variables[f"XDG_{folder}_HOME"] = str(home / folder.lower())
    if name.endswith("offscreen") or not {"DISPLAY", "WAYLAND_DISPLAY"} & variables.keys():
        variables["QT_QPA_PLATFORM"] = "offscreen"
    return variables


def machine() -> str:
    """Say in a line what was measured on."""
    cores = os.cpu_count() or 1
    return f"{cores} cores, Python {platform.python_version()}, {platform.system()}"


def main(name: str, file: str, data_dir: str, thoroughness: str) -> None:
    """Measure one case and write its rows to `file`."""
    module, function = CASES[name].split(":")
    case: Callable[[Plan], list[Outcome]] = getattr(
        importlib.import_module(f"netviz.benchmarks.{module}"), function
    )
    plan = Plan(Path(data_dir) if data_dir else None, thoroughness == "quick")
    rows = [asdict(outcome) for outcome in case(plan)]
    Path(file).write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
