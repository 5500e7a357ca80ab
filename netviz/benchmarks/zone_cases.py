"""What the zones of the learning rate cost, and how soon they follow a new rate."""

from statistics import median
from time import perf_counter, sleep

from netviz.benchmarks.measuring import Outcome, Plan
from netviz.benchmarks.sessions import BareSession
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.rates import StepsAhead

AT_LEAST = 0.97
"""Pace of training with the zones, beside that without."""

_ON = commands.Watch(frozenset({StepsAhead}))
_OFF = commands.Watch(frozenset())


def zones(plan: Plan) -> list[Outcome]:
    """Train with and without zones by turns, then let another rate be chosen while it trains."""
    cases = [("64-64-64, Adam, batch 10", plan.small())]
    if not plan.quick:
        cases.append(("CNN, Adam, batch 64", plan.small(64).with_changes({"model": "cnn"})))
    outcomes = []
    for name, config in cases:
        outcomes.append(_by_turns(name, config, plan))
        outcomes += _latency(name, config, plan)
    return outcomes


def _by_turns(name: str, config: RunConfig, plan: Plan) -> Outcome:
    """Compare all of the turns together: a single one may have no new zones, or two."""
    pairs, turn_s = (2, 0.5) if plan.quick else (8, 8.0)
    with_zones, without = BareSession(config, plan), BareSession(config, plan)
    try:
        paces, tried, tried_s = [], 0, 0.0
        without.pace(turn_s / 4)
        for _ in range(pairs):
            with_zones.session.submit(_ON)
            pace = with_zones.pace(turn_s)
            # Else they would be made now that it is at rest, beside the other's turn.
            with_zones.session.submit(_OFF)
            tried += with_zones.stopwatch.tried
            tried_s += with_zones.stopwatch.tried_s
            paces.append((pace, without.pace(turn_s)))
    finally:
        with_zones.close()
        without.close()
    ratios = [on / off for on, off in paces]
    ratio = sum(on for on, _ in paces) / sum(off for _, off in paces)
    note = f"made {tried} times, {tried_s / (pairs * turn_s):.1%} of the time; {pairs} turns"
    what = f"with zones / without, {name}"
    return Outcome(what, ratio, min(ratios), max(ratios), "x", AT_LEAST, note=note)


def _latency(name: str, config: RunConfig, plan: Plan) -> list[Outcome]:
    """Return how long it takes from another rate to its zones while training goes on."""
    bare = BareSession(config, plan)
    waits = []
    try:
        bare.session.submit(commands.Start())
        for number in range(3 if plan.quick else 20):
            sleep(0.2)
            rate = config.learning_rate * (1 + 0.01 * (number + 1))
            began = perf_counter()
            bare.session.submit(commands.Change({"learning_rate": rate}))
            bare.session.submit(commands.Refresh(StepsAhead))
            while True:
                event = bare.told.get(timeout=300)
                if isinstance(event, StepsAhead) and event.config.learning_rate == rate:
                    break
            waits.append(perf_counter() - began)
    finally:
        bare.close()
    what = f"another rate to its zones while training, {name}"
    spread = min(waits), max(waits)
    return [
        Outcome(f"{what}, median", median(waits), *spread, "s", note=f"of {len(waits)}"),
        Outcome(f"{what}, worst", max(waits), *spread, "s"),
    ]
