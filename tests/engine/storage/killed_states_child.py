"""Writes states into a folder of its own, prints how many files that makes, and is killed."""

import os
import signal
import sys
from pathlib import Path

from netviz.engine.options.run_config import RunConfig
from netviz.engine.storage.state_folder import StateFolder
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU, some_digits


def main(root: str) -> None:
    """Write three states of an epoch, which share the order of their images."""
    folder = StateFolder(Path(root))
    trainer = Trainer(RunConfig(hidden=(16,), device="cpu"), DeviceData.of(some_digits(), CPU), CPU)
    trainer.train_batch()
    kept = [folder.write(trainer.snapshot()) for _ in range(3)]
    assert all(kept), folder.problem
    print(len(kept) + 1, flush=True)  # noqa: T201
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
