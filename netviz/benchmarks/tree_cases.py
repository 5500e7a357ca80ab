"""What the runs that were left cost the autosave of the one that trains, and opening them all."""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from netviz.benchmarks.measuring import Outcome, Plan, compare
from netviz.benchmarks.sessions import BareSession
from netviz.engine.protocol import commands, events
from netviz.engine.session import run_keeper

LEFT = 20
"""Runs that were left beside the one that trains."""

_INTERVAL_S = 0.5


def tree(plan: Plan) -> list[Outcome]:
    """Train beside many runs that were left, each autosaved often; open such a folder."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        # Many autosaves in a short time: what they cost shows ten times as clearly.
        run_keeper.AUTOSAVE_INTERVAL_S = run_keeper.MAX_AUTOSAVE_INTERVAL_S = _INTERVAL_S
        return [_beside(plan, folder), *_opening(plan, folder)]


def _left(plan: Plan) -> int:
    """Return how many runs are left."""
    return 4 if plan.quick else LEFT


def _beside(plan: Plan, folder: Path) -> Outcome:
    left = _left(plan)
    many = BareSession(plan.small(), plan, autosaves=folder / "many")
    none = BareSession(plan.small(), plan, autosaves=folder / "none")
    try:
        _grow(many, left)
        return compare(
            f"autosaved every {_INTERVAL_S} s with {left} runs left / with none, batch 10",
            lambda: many.pace(plan.slice_s),
            lambda: none.pace(plan.slice_s),
            plan,
            0.99,
        )
    finally:
        for name, session in (("many", many), ("none", none)):
            session.session.submit(commands.Save(folder / "saved" / name))
            session.close()


def _grow(bare: BareSession, left: int) -> None:
    """Leave runs, each after a few more batches."""
    bare.pace(0.5)
    for _ in range(left):
        run = bare.session.run
        assert run is not None
        bare.do(commands.GoBack(run.trainer.step // 2), events.Opened)
        bare.pace(0.2)


def _opening(plan: Plan, folder: Path) -> list[Outcome]:
    outcomes = []
    for name, what in (("none", "alone"), ("many", f"with {_left(plan)} runs that were left")):
        bare = BareSession(plan.small(), plan)
        taken = []
        for _ in range(3 if plan.quick else 10):
            began = perf_counter()
            bare.do(commands.Open(folder / "saved" / name), events.Opened)
            taken.append(perf_counter() - began)
        bare.close()
        low, high = min(taken), max(taken)
        outcomes.append(Outcome(f"to open a run {what}", median(taken), low, high, "s"))
    return outcomes
