"""What the runs of a race cost beside as many single runs."""

from netviz.benchmarks.measuring import Outcome, Plan, compare
from netviz.benchmarks.sessions import BareSession
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events

AT_LEAST = 1 / 1.05
"""Pace of a race beside that of a single run, of all its runs together."""


def races(plan: Plan) -> list[Outcome]:
    """Train several runs in turn, and a single one, by turns."""
    small = plan.small()
    wanted = [(small, 3), (small.with_changes({"batch_size": 64}), 5)]
    if not plan.quick:
        wanted.append((small.with_changes({"model": "cnn", "batch_size": 64}), 3))
    return [_race(config, runs, plan) for config, runs in wanted]


def _race(config: RunConfig, runs: int, plan: Plan) -> Outcome:
    alone, race = BareSession(config, plan), BareSession(config, plan)
    rates = tuple({"learning_rate": config.learning_rate * (1 + i / 10)} for i in range(runs))
    try:
        race.do(commands.Race(rates), events.RaceChanged)
        return compare(
            f"a race of {runs} / a single run, {config.model}, batch {config.batch_size}",
            lambda: race.pace(plan.slice_s) * runs,
            lambda: alone.pace(plan.slice_s),
            plan,
            AT_LEAST,
        )
    finally:
        for session in (alone, race):
            session.close()
