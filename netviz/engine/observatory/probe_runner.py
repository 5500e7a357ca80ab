"""Runs one probe when it is due: at a modest rate, within a budget, surviving its errors."""

import traceback
from collections.abc import Callable
from time import perf_counter

import torch

from netviz.engine.errors import NetvizError
from netviz.engine.protocol.events import Event, Refused
from netviz.engine.run.run import Run

BUDGET = 0.03
"""Fraction of the time that one probe may take while training runs."""


class ProbeRunner:
    """Knows whether a probe is wanted, when it is due and which moment it observed last.

    Parameters
    ----------
    subject
        What it computes, as the beginning of a sentence: ``The weights``.
    emit
        Takes the event that says that it failed.
    rate_hz
        How often at most while training runs; less often if it would exceed its budget.
    again
        What the user does to have it tried again, as the end of a sentence.

    Attributes
    ----------
    is_on
        Whether its observation is wanted; False once it failed.
    moment
        What it was observed of last, such as a step; None for nothing yet.
    """

    def __init__(
        self,
        subject: str,
        emit: Callable[[Event], None],
        *,
        rate_hz: float = 1000.0,
        again: str = "hide the view and show it, or draw again",
    ) -> None:
        self.is_on = False
        self.moment: object = None
        self._subject, self._again = subject, again
        self._interval_s = 1 / rate_hz
        self._emit = emit
        self._due = 0.0
        self._cost_s = 0.0
        self._spent_s = 0.0

    def switch(self, on: bool) -> None:
        """Switch on or off; what was off before is observed at once."""
        if on and not self.is_on:
            self.renew()
        self.is_on = on

    def renew(self) -> None:
        """Observe at the next opportunity, whether anything changed or not."""
        self.moment = None
        self.hurry()

    def hurry(self) -> None:
        """Do not wait for the next turn."""
        self._due = 0.0

    def is_due(self) -> bool:
        """Whether it has waited long enough."""
        return perf_counter() >= self._due

    def attempt(self, run: Run, work: Callable[[], None]) -> bool:
        """Do `work` and count its cost; on an error switch off, tell it and return False."""
        # Steps that the device has not finished yet are training time, not the probe's.
        _synchronize(run.trainer.device)
        began = perf_counter()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever a view does must not stop training
            self.is_on = False
            self._emit(_failed(run.number, self._subject, error, self._again))
            return False
        finally:
            cost_s = perf_counter() - began
            self._cost_s += cost_s
            self._spent_s += cost_s
        return True

    def done(self, moment: object, sharing: int = 1) -> None:
        """The observation of `moment` is complete; rest in proportion to what it cost.

        `sharing` is how many have one budget together.
        """
        self.moment = moment
        self._due = perf_counter() + max(self._interval_s, sharing * self._cost_s / BUDGET)
        self._cost_s = 0.0

    @property
    def cost_s(self) -> float:
        """Seconds that the observation under way has taken so far."""
        return self._cost_s

    def take_spent(self) -> float:
        """Return the seconds spent since this was asked last."""
        spent_s, self._spent_s = self._spent_s, 0.0
        return spent_s


def _synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _failed(run: int, subject: str, error: Exception, again: str) -> Refused:
    known = isinstance(error, NetvizError)
    reason = str(error) if known else f"{type(error).__name__}: {error}."
    return Refused(
        run,
        f"{subject} could not be computed. {reason}",
        f"The run is not affected. To try again, {again}.",
        "".join(traceback.format_exception(error)),
    )
