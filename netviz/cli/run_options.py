"""The options of a run on the command line, made from their declarations in `RunConfig`."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from netviz.cli.argument_checks import check_network, with_absolute_paths
from netviz.engine.options.option import Option
from netviz.engine.options.rate_points import RatePoints, points_text
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.number_text import number_text

Command = Callable[..., int]

_METAVARS: Mapping[Any, str] = {
    float: "NUMBER",
    int: "INTEGER",
    tuple[int, ...]: "WIDTHS",
    RatePoints: "POINTS",
}


def takes_run_options(command: Command) -> Command:
    """Give typer one option for each of a run's, and `command` the `config` they make.

    Values are handed to `RunConfig` as they were typed, so that what is allowed and what is
    said about the rest is decided in one place. The returned function raises `ConfigError`.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    parameters = [
        *(_parameter(name, option) for name, option in OPTIONS.items()),
        *(each.replace(kind=each.KEYWORD_ONLY) for each in own if each.name != "config"),
    ]

    @functools.wraps(command)
    def with_config(**values: Any) -> int:
        given = {name: values.pop(name) for name in OPTIONS}
        typed = {name: value for name, value in given.items() if value is not None}
        config = RunConfig.parse(with_absolute_paths(typed))
        check_network(config)
        return command(config=config, **values)

    # Typer reads the one and, for what is in the one, the other.
    with_config.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_config.__annotations__ = {each.name: each.annotation for each in parameters}
    return with_config


def _parameter(name: str, option: Option) -> inspect.Parameter:
    kind = RunConfig.model_fields[name].annotation
    declaration = typer.Option(
        *_flags(name, option, is_switch=kind is bool),
        help=f"{option.help} ({_range(name, option)})",
        metavar=None if kind is bool else _METAVARS.get(kind, "NAME"),
        rich_help_panel=f"{option.section} (options of a run)",
        show_default=False,
    )
    typed: Any = bool if kind is bool else str
    annotation = Annotated[typed | None, declaration]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _flags(name: str, option: Option, *, is_switch: bool) -> list[str]:
    flag = name.replace("_", "-")
    if is_switch:
        return [f"--{flag}/--no-{flag}"]
    return [f"--{each}" for each in (flag, option.short) if each]


def _range(name: str, option: Option) -> str:
    default = RunConfig.model_fields[name].default
    if isinstance(default, bool):
        return f"default {'on' if default else 'off'}"
    if name == "points":
        default = points_text(default)
    elif isinstance(default, tuple):
        default = ",".join(map(str, default))
    elif isinstance(default, int | float):
        default = number_text(default)
    return f"{option.allowed}; default {default}"
