"""Trains in processes that are killed, one after the other, and prints what each left behind.

Called with the folder of the autosaves and the number of processes. Prints for each the step that
it reported last, the step that was saved, how many losses were saved, and the first of them.
"""

import json
import operator
import os
import random
import signal
import sys
import threading
from pathlib import Path

import torch
import torch._dynamo  # what the first step of an optimizer loads

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session import batch_meter, run_keeper
from netviz.engine.session.session import TrainingSession
from netviz.engine.storage.autosave import find_lost
from netviz.engine.storage.run_file import unpack
from tests.engine.conftest import replace_sample

CONFIG = RunConfig(hidden=(16,), epochs=100_000, device="cpu", threads=1)


def train_until_killed(root: Path, pipe: int, delay_s: float) -> None:
    """Train, writing each step into `pipe`; ends `delay_s` after the first autosave."""
    has_saved = False

    def take(event: Event) -> None:
        nonlocal has_saved
        if isinstance(event, events.Refused | events.Failed):
            print(event, file=sys.stderr, flush=True)  # noqa: T201
            os._exit(1)
        if isinstance(event, events.Progress):
            os.write(pipe, event.step.to_bytes(8, "little"))
            if not has_saved and any(root.glob("*/run.safetensors")):
                has_saved = True
                threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()

    session = TrainingSession(take, None, root)
    session.submit(commands.Prepare(CONFIG))
    session.submit(commands.Start())
    session.serve()


def last_number(pipe: int) -> int:
    """Read `pipe` to its end."""
    content = b""
    while part := os.read(pipe, 1 << 16):
        content += part
    return int.from_bytes(content[-8:], "little")


def kill_one(root: Path, seed: int) -> tuple[int, int, int, float]:
    """Train in a process that is killed; return what is told of it, and forget its run."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        train_until_killed(root, writing, random.Random(seed).uniform(0, 0.3))
    os.close(writing)
    step = last_number(reading)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    lost = find_lost(root)
    assert lost is not None
    saved = unpack(lost.folder)
    lost.forget()
    losses = saved.history.losses
    return step, saved.snapshot.step, len(losses), float(losses[0])


def main(root: str, count: str) -> None:
    """Kill as many processes as asked for."""
    torch.set_num_threads(1)  # a fork does not survive the threads of OpenMP
    run_keeper.AUTOSAVE_INTERVAL_S = run_keeper.MAX_AUTOSAVE_INTERVAL_S = 0.0
    batch_meter.REPORT_INTERVAL_S = 0.0
    replace_sample(operator.setitem)
    for seed in range(int(count)):
        print(json.dumps(kill_one(Path(root), seed)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
