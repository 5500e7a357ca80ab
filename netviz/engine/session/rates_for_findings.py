"""Tries other learning rates for a finding, seldom enough to cost next to nothing."""

from netviz.engine.observatory.probe_runner import BUDGET
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.rates.ahead import RATES, STEPS, look_ahead
from netviz.engine.rates.trial import Trial
from netviz.engine.run.run import Run
from netviz.engine.session.preparation import value_of

STEPS_BETWEEN = round(RATES * STEPS / BUDGET)
"""Training steps between two times, so that what is tried is a small part of what is trained."""


class RatesForFindings:
    """Looks ahead from the present weights, or tells what was seen not long ago.

    How often is counted in steps, so that the same run is told the same.
    """

    def __init__(self) -> None:
        self._run: Run | None = None
        self._seen: tuple[int, RunConfig, StepsAhead | None] | None = None

    def look_ahead(self, run: Run) -> StepsAhead | None:
        """Return what the next steps would bring; None where they were tried too recently.

        None also where they cannot be tried: a finding is not worth an error.
        """
        step, config = run.trainer.step, run.trainer.config
        if self._run is not run:
            self._run, self._seen = run, None
        if self._seen and 0 <= step - self._seen[0] < STEPS_BETWEEN:
            return self._seen[2] if self._seen[1] == config else None
        self._seen = step, config, _tried(run)
        return self._seen[2]


def _tried(run: Run) -> StepsAhead | None:
    try:
        return value_of(look_ahead(Trial(run.trainer), run.number))
    except Exception:  # noqa: BLE001 - what nobody asked for must not stop the training
        return None
