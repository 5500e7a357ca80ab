"""Runs exported scripts as their readers do: without NetViz."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

RUNNER = """
import contextlib, io, json, runpy, sys, traceback
sys.modules["netviz"] = None
import torch
for line in sys.stdin:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            losses = runpy.run_path(line.strip())["losses"]
        result = [losses, printed.getvalue()]
    except BaseException:
        result = [None, traceback.format_exc()]
    print(json.dumps(result), flush=True)
"""

Runner = Callable[[Path], tuple[list[float], str]]


@pytest.fixture(scope="module")
def run_without_netviz() -> Iterator[Runner]:
    """Run scripts in a process where netviz cannot be imported; torch is loaded only once.

    What is returned are a script's losses and what it printed.
    """
    with subprocess.Popen(
        [sys.executable, "-I", "-W", "error", "-c", RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout

        def run(script: Path) -> tuple[list[float], str]:
            assert process.stdin
            assert process.stdout
            print(script, file=process.stdin, flush=True)
            shown, printed = json.loads(process.stdout.readline())
            assert shown is not None, f"{printed}\n{script.read_text(encoding='utf-8')}"
            return shown, printed

        yield run
        process.stdin.close()
    assert process.returncode == 0
