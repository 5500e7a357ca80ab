"""Grows trees of runs in processes that are killed, and prints what each left behind.

Called with the folder of the autosaves and the number of processes; every third one races. Prints
for each the number of runs beside the one at hand, of those that cannot be read, whether each file
is whole, and whether the runs agree on the steps that they have in common.
"""

import json
import operator
import os
import random
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import torch
import torch._dynamo  # what the first step of an optimizer loads

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session import batch_meter, run_keeper
from netviz.engine.session.saved_tree import read_saved_tree
from netviz.engine.session.session import TrainingSession
from netviz.engine.storage.autosave import find_lost
from netviz.engine.storage.branch_files import branch_file
from netviz.engine.storage.run_file import SavedRun, unpack
from tests.engine.conftest import replace_sample

CONFIG = RunConfig(hidden=(16,), epochs=100_000, device="cpu", threads=1)
EVERY = 12
"""Steps after which it goes back to the middle of what was trained."""


def grow_until_killed(root: Path, seed: int) -> None:
    """Train and go back again and again; ends a moment after the first branch was written."""
    delay_s = random.Random(seed).uniform(0, 0.3)
    waiting: list[commands.Command] = []
    has_saved = False
    since = 0

    def take(event: Event) -> None:
        nonlocal has_saved, since
        if isinstance(event, events.Refused | events.Failed | events.AutosaveFailed):
            print(event, file=sys.stderr, flush=True)  # noqa: T201
            os._exit(1)
        if isinstance(event, events.Progress):
            since += 1
            if since == EVERY:
                since = 0
                session.submit(commands.GoBack(event.step // 2))
                waiting.extend(_after(seed, event.step))
        if isinstance(event, events.Opened):
            for command in waiting:
                session.submit(command)
            waiting.clear()
        if not has_saved and any(root.glob("*/branches/*.safetensors")):
            has_saved = True
            threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()

    session = TrainingSession(take, None, root)
    session.submit(commands.Prepare(CONFIG))
    session.submit(commands.Start())
    session.serve()


def _after(seed: int, step: int) -> list[commands.Command]:
    rate = 0.001 * (1 + step % 7)
    if seed % 3 == 0:
        lanes = tuple({"learning_rate": rate * factor} for factor in (1, 2, 3))
        return [commands.Race(lanes), commands.Start()]
    return [commands.Change({"learning_rate": rate}), commands.Start()]


def kill_one(root: Path, seed: int) -> tuple[int, int, bool, bool]:
    """Grow a tree in a process that is killed; return what is told of it, and forget it."""
    child = os.fork()
    if not child:
        grow_until_killed(root, seed)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    lost = find_lost(root)
    assert lost is not None
    at_hand = unpack(lost.folder)
    tree = read_saved_tree(at_hand.tree, lost.folder)
    runs = {line: unpack(branch_file(lost.folder, each.name)) for line, each in tree.left.items()}
    runs[at_hand.tree.origin.line] = at_hand
    is_whole = all(len(run.history) == run.snapshot.step for run in runs.values())
    origins = [each for each in at_hand.tree.origins if {each.line, each.parent} <= runs.keys()]
    agree = all(_agree(runs[each.line], runs[each.parent], each.step) for each in origins)
    lost.forget()
    return len(tree.left), len(tree.left_out), is_whole, agree


def _agree(one: SavedRun, other: SavedRun, until: int) -> bool:
    """Whether two runs had the same losses until they parted."""
    shared = min(until, one.snapshot.step, other.snapshot.step)
    return np.array_equal(one.history.losses[:shared], other.history.losses[:shared])


def main(root: str, count: str) -> None:
    """Kill as many processes as asked for."""
    torch.set_num_threads(1)  # a fork does not survive the threads of OpenMP
    run_keeper.FIRST_INTERVAL_S = 0.0
    run_keeper.AUTOSAVE_INTERVAL_S = run_keeper.MAX_AUTOSAVE_INTERVAL_S = 0.0
    batch_meter.REPORT_INTERVAL_S = 0.0
    replace_sample(operator.setitem)
    for seed in range(int(count)):
        print(json.dumps(kill_one(Path(root), seed)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
