"""The options of the learning-rate schedule."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel

from netviz.engine.options.option import Effect, Option, Section
from netviz.engine.options.rate_points import POINTS_HELP, RatePoints, points_problem

SCHEDULES = {
    "constant": "Constant",
    "step": "Step",
    "exponential": "Exponential",
    "cosine": "Cosine",
    "warmup": "Linear warm-up",
    "one-cycle": "One cycle",
    "plateau": "Reduce on plateau",
    "custom": "Custom",
}

SCHEDULE_HELP = {
    "constant": "The rate stays where you put it: the one to start with and to learn from.",
    "step": "Falls by a factor every few epochs: long steps first, then fine ones.",
    "exponential": "Falls by a factor after each epoch: early and steadily.",
    "cosine": "Falls slowly, then fast, then slowly to zero at the last epoch; a good choice "
    "when you know how long you train.",
    "warmup": "Rises from a small rate in the first epochs, so that fresh weights and Adam's "
    "averages can settle.",
    "one-cycle": "Rises to the full rate and falls far below it at the end; allows a large rate "
    "and a short run.",
    "plateau": "Falls by a factor when the test loss gets no better for some epochs.",
    "custom": "Follows a line that you draw in the tab Learning rate, or type as points.",
}


@dataclass(frozen=True)
class PointsOption(Option):
    """The declaration of an option that is a line of points."""

    @property
    def allowed(self) -> str:
        return POINTS_HELP

    def problem(self, value: Any) -> str | None:
        return points_problem(value)


class ScheduleOptions(BaseModel):
    """How the learning rate changes by itself."""

    schedule: Annotated[
        str,
        Option(
            "Schedule",
            "How the learning rate changes by itself; the learning rate above is the base.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            choices=SCHEDULES,
            choice_help=SCHEDULE_HELP,
        ),
    ] = "constant"
    gamma: Annotated[
        float,
        Option(
            "Factor",
            "The factor by which the learning rate falls each time.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1,
            step=0.05,
            only_with=("schedule", ("step", "exponential", "plateau")),
            short="gamma",
        ),
    ] = 0.5
    step_epochs: Annotated[
        int,
        Option(
            "Step length",
            "After how many epochs the learning rate falls by the factor.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=1,
            maximum=10000,
            only_with=("schedule", ("step",)),
        ),
    ] = 5
    patience: Annotated[
        int,
        Option(
            "Patience",
            "How many epochs to wait for a better test loss before the rate falls.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1000,
            only_with=("schedule", ("plateau",)),
        ),
    ] = 2
    warmup_epochs: Annotated[
        int,
        Option(
            "Warm-up epochs",
            "Over how many epochs the learning rate rises to its full value.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=1,
            maximum=1000,
            only_with=("schedule", ("warmup",)),
        ),
    ] = 1
    warmup_start: Annotated[
        float,
        Option(
            "Warm-up start",
            "The factor of the learning rate at the first step.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1,
            step=0.01,
            only_with=("schedule", ("warmup",)),
        ),
    ] = 0.01
    points: Annotated[
        RatePoints,
        PointsOption(
            "Points",
            "Epochs done and the factor of the learning rate there; straight lines between them "
            "on a logarithmic axis, and constant before the first and after the last.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            only_with=("schedule", ("custom",)),
        ),
    ] = ((0.0, 1.0),)
