"""`RunConfig`: every option of a run, declared once."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from netviz.engine.datasets.catalogue import CATALOGUE
from netviz.engine.errors import ConfigError
from netviz.engine.options import Effect, Option, Section

DATASETS = {info.name: info.label for info in CATALOGUE.values()}
MODELS = {"mlp": "MLP (dense layers)", "cnn": "CNN (convolutions)"}
LOSSES = {
    "cross-entropy": "Cross-entropy",
    "nll": "NLL on log-softmax",
    "mse": "MSE on one-hot",
}
OPTIMIZERS = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "radam": "RAdam",
    "rmsprop": "RMSprop",
}
DEVICES = {"auto": "Automatic", "cpu": "CPU", "cuda": "CUDA (NVIDIA GPU)", "mps": "MPS (Apple GPU)"}


class RunConfig(BaseModel):
    """Everything that decides a run; the same config and seed give the same losses.

    A config is never changed: `with_changes` makes a new one. All ways in (`parse`,
    `with_changes`, `from_json`) raise `ConfigError` with a sentence that names the option,
    the value and what is allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)

    learning_rate: Annotated[
        float,
        Option(
            "Learning rate",
            "How far each step moves the weights against the gradient; "
            "too small learns slowly, too large jumps about or diverges.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=0,
            maximum=1000,
            logarithmic=True,
            short="lr",
        ),
    ] = 0.001
    optimizer: Annotated[
        str,
        Option(
            "Optimizer",
            "The rule that turns gradients into a change of the weights; "
            "switching keeps the weights and starts the rule's memory afresh.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            choices=OPTIMIZERS,
        ),
    ] = "adam"
    momentum: Annotated[
        float,
        Option(
            "Momentum",
            "How much of the last step's direction the next one keeps.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=0,
            maximum=0.9999,
            step=0.05,
            only_with=("optimizer", ("sgd", "rmsprop")),
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Option(
            "Nesterov",
            "Looks ahead along the momentum before it measures; needs a momentum above 0.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            only_with=("optimizer", ("sgd",)),
        ),
    ] = False
    epochs: Annotated[
        int,
        Option(
            "Epochs",
            "How many times the run goes through all training images; "
            "raise it after the end and the run goes on.",
            Effect.ANY_TIME,
            Section.TRAINING,
            minimum=1,
            maximum=100_000,
        ),
    ] = 20
    batch_size: Annotated[
        int,
        Option(
            "Batch size",
            "How many images the gradient of one step is averaged over.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=1,
            maximum=60_000,
            logarithmic=True,
            short="batch",
        ),
    ] = 10
    loss: Annotated[
        str,
        Option(
            "Loss",
            "The number that training makes small: how wrong the network's answer is.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            choices=LOSSES,
        ),
    ] = "cross-entropy"
    model: Annotated[
        str,
        Option(
            "Network",
            "The kind of network that is trained.",
            Effect.RESET,
            Section.NETWORK,
            choices=MODELS,
        ),
    ] = "mlp"
    hidden: Annotated[
        tuple[int, ...],
        Option(
            "Hidden layers",
            "Widths of the hidden layers from input to output, separated by commas; "
            "empty for none at all.",
            Effect.RESET,
            Section.NETWORK,
            minimum=1,
            maximum=8192,
            only_with=("model", ("mlp",)),
        ),
    ] = (64, 64, 64)
    dataset: Annotated[
        str,
        Option(
            "Data set",
            "The images that the network learns from and is tested on.",
            Effect.RESET,
            Section.DATA,
            choices=DATASETS,
        ),
    ] = "mnist-sample"
    weight_decay: Annotated[
        float,
        Option(
            "Weight decay",
            "Pulls all weights towards zero at each step, against overfitting.",
            Effect.NEXT_BATCH,
            Section.MORE,
            minimum=0,
            maximum=10,
            step=0.0001,
        ),
    ] = 0.0
    seed: Annotated[
        int,
        Option(
            "Seed",
            "Decides the initial weights and the order of the images; "
            "the same seed gives the same run.",
            Effect.RESET,
            Section.MORE,
            minimum=0,
            maximum=2**63 - 1,
        ),
    ] = 0
    device: Annotated[
        str,
        Option(
            "Device",
            "The processor that trains; automatic takes a GPU where there is one.",
            Effect.RESET,
            Section.MORE,
            choices=DEVICES,
        ),
    ] = "auto"
    threads: Annotated[
        int,
        Option(
            "Threads",
            "Processor cores used for one step; 0 chooses by the size of the network, "
            "since for small ones a single core is fastest.",
            Effect.RESET,
            Section.MORE,
            minimum=0,
            maximum=256,
        ),
    ] = 0

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_truth_for_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false where a number belongs: to Python they are 1 and 0."""
        items = value if isinstance(value, list | tuple) else (value,)
        is_switch = cls.model_fields[str(info.field_name)].annotation is bool
        if not is_switch and any(isinstance(item, bool) for item in items):
            raise ValueError("not a number")
        return value

    @field_validator("hidden", mode="before")
    @classmethod
    def _split_widths(cls, value: Any) -> Any:
        """Accept widths as the command line and the panel write them: ``64,64``."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
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
        for name, option in OPTIONS.items():
            value = getattr(config, name)
            if problem := option.problem(value):
                raise ConfigError(_refusal(name, value, problem))
        return config

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """Return this config with some values replaced; raises `ConfigError` like `parse`."""
        return self.parse({**self.model_dump(), **changes})

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
        return condition is None or getattr(self, condition[0]) in condition[1]

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


OPTIONS: Mapping[str, Option] = {name: _declared_option(name) for name in RunConfig.model_fields}
"""Each field of `RunConfig` with its declaration, in the order of declaration."""


def _refusal(name: str, value: Any, problem: str) -> str:
    shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return f"{name}: {shown} {problem}. Allowed: {OPTIONS[name].allowed}."


_EXPECTED: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
}


def _sentence(error: ErrorDetails) -> str:
    """Turn pydantic's first complaint into a sentence that says what is allowed."""
    name = str(error["loc"][0])
    if name not in OPTIONS:
        return f"{name} is no setting of a run. Allowed: {', '.join(OPTIONS)}."
    expected = _EXPECTED.get(RunConfig.model_fields[name].annotation, "a list of whole numbers")
    return _refusal(name, error["input"], f"is not {expected}")
