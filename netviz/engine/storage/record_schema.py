"""What a run file's record has to be, checked whole before any of it is used; free of torch."""

from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)

from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.happening import What

_MAX_COUNT = 2**53
_MAX_THREADS = 1024
_MAX_LINE = 10**9 - 1

BRANCH_NAME = r"run-[0-9]{1,9}-[0-9a-f]{12}\.safetensors"
"""What the file of a run that was left is called: nothing that leads out of its folder."""

_Count = Annotated[int, Field(ge=0, le=_MAX_COUNT)]
_Fraction = Annotated[FiniteFloat, Field(ge=0, le=1)]
_Line = Annotated[int, Field(ge=1, le=_MAX_LINE)]
_Seconds = Annotated[FiniteFloat, Field(ge=0)]


class _Part(BaseModel):
    """A later version of the same format may have more keys, which are left alone."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)


class _Plateau(_Part):
    factor: Annotated[FiniteFloat, Field(ge=0, le=1)]
    best: float
    bad_epochs: _Count


class _Measurement(_Part):
    epoch: _Count
    step: _Count
    train_loss: FiniteFloat
    train_accuracy: _Fraction
    test_loss: FiniteFloat
    test_accuracy: _Fraction
    seconds: _Seconds
    samples_per_second: _Seconds


class _Entry(_Part):
    step: _Count
    epoch: _Count
    option: str
    old: Any
    new: Any


class _Happening(_Part):
    step: _Count
    epoch: _Count
    what: Annotated[What, Field(strict=False)]
    text: str


class _Tally(_Part):
    samples: _Count
    right: _Count
    seconds: _Seconds


class _Origin(_Part):
    line: _Line
    parent: _Count
    step: _Count
    name: str = ""
    settings: str = ""
    added_from: str = ""
    color: _Count = 0

    @model_validator(mode="after")
    def _began_after_its_parent(self) -> Self:
        if self.parent >= self.line:
            raise ValueError(f"run {self.line} cannot have parted from run {self.parent}")
        return self


class _Branch(_Part):
    line: _Line
    file: Annotated[str, Field(pattern=rf"^{BRANCH_NAME}$")]


class _State(_Part):
    model: dict[str, Any]
    optimizer: dict[str, Any]
    sampler: dict[str, Any]
    generators: dict[str, Any]
    gradients: dict[str, Any]
    start: dict[str, Any] | None
    steps: dict[str, Any]
    losses: dict[str, Any]
    learning_rates: dict[str, Any]


class _Record(_Part):
    config: dict[str, Any]
    initial_config: dict[str, Any]
    step: _Count
    epoch: _Count
    summed: _Count
    threads: Annotated[int, Field(ge=0, le=_MAX_THREADS)]
    plateau: _Plateau
    measurements: Annotated[list[_Measurement], Field(min_length=1)]
    ledger: list[_Entry]
    happenings: list[_Happening] = []
    tally: _Tally
    started_from: str
    origin: _Origin | None = None
    origins: list[_Origin] = []
    branches: list[_Branch] = []
    failed: bool = False
    state: _State

    @model_validator(mode="after")
    def _runs_are_those_that_began(self) -> Self:
        lines = [each.line for each in self.origins]
        own = [self.origin.line] if self.origin else []
        named = [each.line for each in self.branches]
        if len(set(lines)) < len(lines) or len({*named, *own}) < len(named) + len(own):
            raise ValueError("two runs have the same number")
        if lines and not {*named, *own, *(each.parent for each in self.origins)} <= {0, *lines}:
            raise ValueError("it names runs that never began")
        if named and not lines:
            raise ValueError("it does not tell how its runs began")
        return self

    @model_validator(mode="after")
    def _parts_fit_each_other(self) -> Self:
        if self.epoch > self.step:
            raise ValueError(f"{self.epoch:,} epochs cannot have been {self.step:,} steps")
        if self.summed > self.step:
            raise ValueError("more gradients wait than there were steps")
        epochs = [each.epoch for each in self.measurements]
        if epochs != sorted(set(epochs)) or epochs[-1] > self.epoch:
            raise ValueError("the measurements are not of its epochs, in order")
        steps = [each.step for each in self.measurements] + [each.step for each in self.ledger]
        steps += [each.step for each in self.happenings]
        if max(steps) > self.step:
            raise ValueError("something happened after its last step")
        return self


def check_record(record: dict[str, Any]) -> None:
    """Check the whole record of a run file, all but what its tensors hold.

    Raises
    ------
    ValueError
        When a part is missing, of another type, out of range, or does not fit the others.
    ConfigError
        When a setting is unknown or has a value that is not allowed.
    """
    try:
        checked = _Record.model_validate(record)
    except ValidationError as error:
        raise ValueError(_sentence(error)) from None
    config, initial = RunConfig.parse(checked.config), RunConfig.parse(checked.initial_config)
    for name in config.changes_from(initial):
        if OPTIONS[name].effect is Effect.RESET:
            raise ValueError(f"{name} cannot have changed since step 0")
    for entry in checked.ledger:
        for value in (entry.old, entry.new):
            config.with_changes({entry.option: value})


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]
