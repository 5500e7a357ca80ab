"""`RunConfig`: every option of a run, declared once."""

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from netviz.engine.errors import ConfigError
from netviz.engine.options.data import DATASETS, OWN, DataOptions
from netviz.engine.options.hyperparameters import HyperparameterOptions
from netviz.engine.options.network import MODELS, NetworkOptions
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.option import Option
from netviz.engine.options.rate_points import RatePoints, points_text, read_points
from netviz.engine.options.schedule import SCHEDULES, ScheduleOptions
from netviz.engine.options.training import LOSSES, TrainingOptions

__all__ = [
    "DATASETS",
    "LOSSES",
    "MODELS",
    "OPTIMIZERS",
    "OPTIONS",
    "OWN",
    "SCHEDULES",
    "RunConfig",
]

_GROUPS: tuple[type[BaseModel], ...] = (
    TrainingOptions,
    ScheduleOptions,
    HyperparameterOptions,
    NetworkOptions,
    DataOptions,
)

_SHAPES_NETWORK = ("model", "hidden", "layers")


# pydantic takes the fields of the last base first.
class RunConfig(
    DataOptions, NetworkOptions, HyperparameterOptions, ScheduleOptions, TrainingOptions
):
    """Everything that decides a run; the same config and seed give the same losses.

    A config is never changed: `with_changes` makes a new one. All ways in (`parse`,
    `with_changes`, `from_json`) raise `ConfigError` with a sentence that names the option,
    the value and what is allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_bool_for_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number belongs: to Python they are 1 and 0."""
        items = value if isinstance(value, list | tuple) else (value,)
        is_switch = cls.model_fields[str(info.field_name)].annotation is bool
        if not is_switch and any(isinstance(item, bool) for item in items):
            raise ValueError("not a number")
        return value

    @field_validator("hidden", "layers", "frozen", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        """Accept lists as the command line and the panel write them: ``64,64``."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("points", mode="before")
    @classmethod
    def _read_points(cls, value: Any) -> Any:
        """Accept points as the command line and the panel write them: ``0:1, 10:0.01``."""
        if isinstance(value, str):
            return read_points(value)
        points = value if isinstance(value, list | tuple) else ()
        numbers = [each for point in points if isinstance(point, list | tuple) for each in point]
        if any(isinstance(number, bool) for number in numbers):
            raise ValueError("not a number")
        return value

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Make a config of `values`, defaults for the rest.

        Raises
        ------
        ConfigError
            When a key is unknown or a value is not allowed.
        """
        try:
            config = cls.model_validate(dict(values))
        except ValidationError as error:
            raise ConfigError(_sentence(error.errors()[0])) from None
        for name in values:
            value = getattr(config, name)
            if problem := OPTIONS[name].problem(value):
                shown = points_text(value) if name == "points" else value
                raise ConfigError(_refusal(name, shown, problem))
        return config

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """Return this config with some values replaced; raises `ConfigError` like `parse`.

        Another network has no frozen layers, unless `changes` names some.
        """
        # Only what changes is checked: a tick of the learning rate must not cost a whole config.
        checked = self.parse(changes)
        values = {name: getattr(checked, name) for name in changes}
        if any(values.get(n, getattr(self, n)) != getattr(self, n) for n in _SHAPES_NETWORK):
            values.setdefault("frozen", ())
        return self.model_copy(update=values)

    def changes_from(self, other: "RunConfig") -> dict[str, Any]:
        """Return the values in which this config differs from `other`."""
        return {
            name: getattr(self, name)
            for name in OPTIONS
            if getattr(self, name) != getattr(other, name)
        }

    def is_relevant(self, name: str) -> bool:
        """Whether the option has a meaning beside the others: momentum has none with Adam."""
        condition = OPTIONS[name].only_with
        if condition is None:
            return True
        value = getattr(self, condition[0])
        return any(value == v or (v.endswith(":") and value.startswith(v)) for v in condition[1])

    def to_json(self) -> str:
        """Write the config as readable JSON."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises `ConfigError` for anything else."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"The settings are not valid JSON: {error}.") from None
        if not isinstance(values, dict):
            raise ConfigError("The settings are not a JSON object.")
        return cls.parse(values)


def _declared_option(name: str) -> Option:
    for item in RunConfig.model_fields[name].metadata:
        if isinstance(item, Option):
            return item
    raise TypeError(f"RunConfig.{name} declares no Option")


OPTIONS: Mapping[str, Option] = {
    name: _declared_option(name) for group in _GROUPS for name in group.model_fields
}
"""Each field of `RunConfig` with its declaration, in the order of declaration."""


def _refusal(name: str, value: Any, problem: str) -> str:
    shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    shown = shown.encode(errors="backslashreplace").decode()
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return f"{name}: {shown} {problem}. Allowed: {OPTIONS[name].allowed}."


_EXPECTED: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    tuple[int, ...]: "a list of whole numbers",
    tuple[str, ...]: "a list of words",
    RatePoints: "a list of points",
}


def _sentence(error: ErrorDetails) -> str:
    """Turn pydantic's first error into a sentence that says what is allowed."""
    name = str(error["loc"][0])
    if name not in OPTIONS:
        return f"{name} is no setting of a run. Allowed: {', '.join(OPTIONS)}."
    expected = _EXPECTED.get(RunConfig.model_fields[name].annotation, "a list")
    return _refusal(name, error["input"], f"is not {expected}")
