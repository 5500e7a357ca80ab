"""What it costs to keep states of a run, and how long it takes to go back to any of its steps."""

import gc
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import perf_counter

import torch

from netviz.benchmarks.measuring import Outcome, Plan, percentile
from netviz.benchmarks.sessions import BareSession
from netviz.engine.datasets.load import load
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import Measurement, State
from netviz.engine.protocol.state_budget import StateBudget
from netviz.engine.run.run import STATE_SHARE, Run
from netviz.engine.run.states import BUDGET_BYTES
from netviz.engine.session.left_runs import LeftRuns
from netviz.engine.session.state_room import StateRoom
from netviz.engine.training.trainer import DeviceData, Trainer

_UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
_REPORT_S = 0.06
_TIMES = 20
_MOST_S = 0.5
_MB = 2**20


def going_back(plan: Plan) -> list[Outcome]:
    """Keep states by the clock, and go back to random steps of a session."""
    cases = (
        ("64-64-64, Adam, batch 10", plan.small()),
        ("CNN, Adam, batch 64", plan.small(64).with_changes({"model": "cnn"})),
    )
    kept = [outcome for name, config in cases for outcome in _keeping(name, config, plan)]
    with TemporaryDirectory() as folder:
        kept += [_writing(name, config, plan, Path(folder)) for name, config in cases]
    return [*kept, *(outcome for name, config in cases for outcome in _going(name, config, plan))]


def _keeping(name: str, config: RunConfig, plan: Plan) -> Iterator[Outcome]:
    """Time the keeping itself, second by second from step 0 on."""
    run = _untrained(config, plan)
    yield _share(f"time that keeping states takes of the training, {name}", run, plan)
    size, count = run.states.size / _MB, len(run.states.steps)
    what, note = f"memory of the states at its end, {name}", f"{count} states"
    yield Outcome(what, size, size, size, "MB", BUDGET_BYTES / _MB, at_least=False, note=note)


def _writing(name: str, config: RunConfig, plan: Plan, folder: Path) -> Outcome:
    """Time the keeping where memory has room for none but the newest, so that each is written."""
    run, room = _untrained(config, plan), StateRoom(folder, LeftRuns())
    try:
        room.change(StateBudget(memory=0), [run], [])
        what = f"the same with each written into a file, {name}"
        return _share(what, run, plan)
    finally:
        room.close()


def _untrained(config: RunConfig, plan: Plan) -> Run:
    data = DeviceData.of(load(plan.dataset, plan.data_dir), torch.device("cpu"))
    torch.set_num_threads(1)
    run = Run(1, Trainer(config, data, torch.device("cpu")), _UNTRAINED)
    gc.collect()
    gc.freeze()  # what was imported is not searched for garbage, as in the window
    return run


def _share(what: str, run: Run, plan: Plan) -> Outcome:
    """Train, and tell which part of the time keeping states took."""
    shares = [100 * _share_of(run, plan.share_s) for _ in range(3 if plan.quick else 20)]
    low, high = percentile(shares, 25), percentile(shares, 75)
    note = f"of {len(shares)} times {plan.share_s:g} s, {run.trainer.step:,} steps"
    most = 100 * STATE_SHARE
    return Outcome(what, mean(shares), low, high, "%", most, at_least=False, note=note)


def _share_of(run: Run, seconds: float) -> float:
    """Train for so long and return the fraction of it that keeping states took."""
    trainer = run.trainer
    began = reported = perf_counter()
    keeping_s = 0.0
    while (now := perf_counter()) - began < seconds:
        trainer.train_batch()
        trained = perf_counter()
        is_over = trainer.sampler.epoch_done
        if is_over or trained - reported >= _REPORT_S:
            run.keep_state(trained - reported)
            if is_over:
                run.keep_state(0.0, at_epoch_end=True)
            reported = perf_counter()
            keeping_s += reported - trained
    return keeping_s / (now - began)


def _going(name: str, config: RunConfig, plan: Plan) -> Iterator[Outcome]:
    """Go back to random steps of a run, and each time forth to its end again."""
    folder = TemporaryDirectory()
    bare = BareSession(config, plan, states=Path(folder.name))
    try:
        bare.pace(0.5 if plan.quick else 30.0)
        last = _held(bare)
        assert bare.session.run is not None
        count = len(bare.session.run.states.steps)
        chosen = random.Random(0)
        taken = []
        for _ in range(5 if plan.quick else _TIMES):
            step = chosen.randrange(1, last)
            began = perf_counter()
            _do(bare, commands.GoBack(step), step)
            taken.append(perf_counter() - began)
            _do(bare, commands.BringBack(), last)
    finally:
        bare.close()
        folder.cleanup()
    what = f"to go back to a random step, {name}"
    note = f"{len(taken)} of {last:,} steps, with {count} states"
    low, high = min(taken), max(taken)
    yield Outcome(f"{what}, median", median(taken), low, high, "s", note=note)
    yield Outcome(f"{what}, largest", high, low, high, "s", _MOST_S, at_least=False, note=note)


def _do(bare: BareSession, command: commands.Command, step: int) -> None:
    """Give a command, and wait until the run is held at `step`."""
    bare.session.submit(command)
    while _held(bare) != step:
        pass


def _held(bare: BareSession) -> int:
    """Wait until the run is held after its first step, and return where."""
    while True:
        event = bare.told.get(timeout=60)
        if isinstance(event, events.Failed | events.Refused):
            raise RuntimeError(f"{event.message} {event.hint}")
        if isinstance(event, events.StateChanged) and event.state is State.PAUSED:
            return event.step
