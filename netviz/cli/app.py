"""The commands and their options; what each does is in a module of its own."""

import io
import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from netviz import __version__
from netviz.cli.argument_checks import lesson_argument, mirror_argument, path_argument
from netviz.cli.output import print_error
from netviz.cli.race import race_argument
from netviz.cli.run_argument import FLAG, check_opens_alone, run_argument, with_run_named
from netviz.cli.run_options import takes_run_options
from netviz.engine.catalogue import CATALOGUE
from netviz.engine.errors import ConfigError, NetvizError
from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions

_UsageError: Any = typer.BadParameter.__bases__[0]
"""Click's, or in newer versions typer's own copy, which has no public name."""


class Theme(StrEnum):
    """Colours of the window."""

    DARK = "dark"
    LIGHT = "light"


DataDir = Annotated[
    Path | None,
    typer.Option(
        parser=path_argument,
        metavar="DIR",
        help="Folder of downloaded data sets, as torchvision lays it out; "
        "by default in your cache folder.",
    ),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        callback=mirror_argument,
        help="Address of a folder to download from first.",
    ),
]

app = typer.Typer(add_completion=False, help="Watch a neural network learn, and steer it.")
datasets_app = typer.Typer(help="List the data sets, or download one.")
app.add_typer(datasets_app, name="datasets")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Parameters
    ----------
    arguments
        What follows the program's name; None for the process's own.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path or a label that the terminal's encoding lacks is no reason to end.
        sys.stdout.reconfigure(errors="backslashreplace")
    command = typer.main.get_command(app)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        arguments = with_run_named(command, given)
        return int(command.main(arguments, prog_name="netviz", standalone_mode=False) or 0)
    except _UsageError as error:
        print_error(f"{error.format_message()} Try 'netviz --help'.")
        return 2
    except ConfigError as error:
        print_error(str(error))
        return 2
    except NetvizError as error:
        print_error(str(error))
        return 1


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"netviz {__version__}")
        raise typer.Exit


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if not match:
        raise ConfigError(f"size: {text} is not a size. Allowed: such as 1280x720.")
    return int(match[1]), int(match[2])


@app.callback(invoke_without_command=True)
@takes_run_options
def window(
    context: typer.Context,
    config: RunConfig,
    autostart: Annotated[bool, typer.Option("--autostart", help="Start training at once.")] = False,
    screenshot: Annotated[
        Path | None,
        typer.Option(
            parser=path_argument,
            metavar="FILE",
            help="Save a picture of the window when the run has ended.",
        ),
    ] = None,
    exit_when_done: Annotated[
        bool, typer.Option("--exit", help="Close the window when the run has ended.")
    ] = False,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Size of the window in pixels.")
    ] = None,
    theme: Annotated[Theme | None, typer.Option(help="Colours of the window.")] = None,
    view: Annotated[
        str | None, typer.Option(metavar="NAME", help="Tab in front, such as mistakes.")
    ] = None,
    saved_run: Annotated[
        Path | None,
        typer.Option(
            FLAG,
            parser=run_argument,
            metavar="RUN",
            help="Open the run that was saved in this folder; `netviz RUN` does the same.",
        ),
    ] = None,
    lesson: Annotated[
        Path | None,
        typer.Option(
            parser=lesson_argument,
            metavar="FILE",
            help="Open this lesson; it runs beside the run, which comes back afterwards.",
        ),
    ] = None,
    new_window: Annotated[
        bool, typer.Option("--new-window", help="Do not ask where a window is open already.")
    ] = False,
    going_back_memory: Annotated[
        int | None,
        typer.Option(
            metavar="MB",
            min=0,
            help="Memory for states of a run, so that any step is reached again quickly.",
        ),
    ] = None,
    going_back_disk: Annotated[
        int | None,
        typer.Option(
            metavar="MB",
            min=0,
            help="Disk for those that memory has no room for, until NetViz ends; 0 for none.",
        ),
    ] = None,
    data_dir: DataDir = None,
    mirror: Mirror = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version."),
    ] = False,
) -> int:
    """Open the window; `train` and `datasets` do without it."""
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return 0
    if saved_run:
        check_opens_alone(config)
    options = WindowOptions(
        config,
        data_dir,
        mirror,
        autostart,
        screenshot,
        exit_when_done,
        _size(size),
        None if theme is None else theme is Theme.DARK,
        view,
        run=saved_run,
        new_window=new_window or lesson is not None,
        lesson=lesson,
        going_back_memory_mb=going_back_memory,
        going_back_disk_mb=going_back_disk,
    )
    from netviz.cli.window import open_or_train  # late, as in `train`

    return open_or_train(options)


@app.command()
@takes_run_options
def train(
    config: RunConfig,
    data_dir: DataDir = None,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=path_argument,
            metavar="DIR",
            help="Save the run's settings, metrics and weights here.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line and nothing else.")
    ] = False,
    json_batches: Annotated[
        bool, typer.Option("--json-batches", help="Print also a JSON object for every step.")
    ] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Download the data set first if it is missing.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            parser=path_argument,
            metavar="DIR",
            help="Continue the run that was saved here, and save it here.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Let --out replace another run.")
    ] = False,
    trust_model: Annotated[
        bool,
        typer.Option("--trust-model", help="Run the Python file that the run of --resume names."),
    ] = False,
    race: Annotated[
        str | None,
        typer.Option(
            "--race",
            metavar="OPTION=VALUES",
            help="Train one run for each value, such as lr=0.01,0.03,0.1, all from the same "
            "weights and in turn; two to six.",
        ),
    ] = None,
    mirror: Mirror = None,
) -> int:
    """Train without a window; the losses are the same."""
    lanes = race_argument(race) if race is not None else ()
    # Loads rich and the library that speaks HTTP, which the window need not wait for.
    from netviz.cli.train import TrainOptions
    from netviz.cli.train import train as train_headless

    return train_headless(
        TrainOptions(
            config,
            data_dir,
            mirror,
            download,
            out,
            json or json_batches,
            json_batches,
            resume,
            overwrite=overwrite,
            trust_model=trust_model,
            race=lanes,
        )
    )


@app.command("find-rate")
@takes_run_options
def find_rate(
    config: RunConfig,
    data_dir: DataDir = None,
    from_run: Annotated[
        Path | None,
        typer.Option(
            "--from",
            parser=path_argument,
            metavar="DIR",
            help="Begin where the run that was saved here is; its files stay as they are.",
        ),
    ] = None,
    after: Annotated[
        int,
        typer.Option(metavar="STEPS", min=0, help="Train so many steps before.", show_default=True),
    ] = 0,
    json: Annotated[
        bool, typer.Option("--json", help="Print the whole curve as one JSON object.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            parser=path_argument,
            metavar="FILE",
            help="Save a picture of the curve, as FILE.png or FILE.svg.",
        ),
    ] = None,
    theme: Annotated[Theme, typer.Option(help="Colours of the picture.")] = Theme.LIGHT,
    download: Annotated[
        bool, typer.Option("--download", help="Download the data set first if it is missing.")
    ] = False,
    trust_model: Annotated[
        bool,
        typer.Option("--trust-model", help="Run the Python file that the run of --from names."),
    ] = False,
    mirror: Mirror = None,
) -> int:
    """Let the learning rate rise over real batches, and list which rates that suggests."""
    from netviz.cli.find_rate import FindRateOptions  # late, as in `train`
    from netviz.cli.find_rate import find_rate as find_headless
    from netviz.cli.train import TrainOptions

    run = TrainOptions(config, data_dir, mirror, download, resume=from_run, trust_model=trust_model)
    return find_headless(FindRateOptions(run, after, json, picture, dark=theme is Theme.DARK))


@app.command()
def runs(
    folders: Annotated[
        list[Path],
        typer.Argument(parser=path_argument, metavar="DIR...", help="Folders of saved runs."),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object for each run.")] = False,
) -> int:
    """List the runs saved in folders, with those that were left: settings, steps, and the best."""
    from netviz.cli.runs import list_runs  # late, as in `train`

    return list_runs(folders, as_json=json)


@app.command()
def report(
    folder: Annotated[
        Path, typer.Argument(parser=path_argument, metavar="DIR", help="Folder of a saved run.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            parser=path_argument,
            metavar="FILE",
            help="Where the page is written; report.html in DIR by default.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there already.")
    ] = False,
    data_dir: DataDir = None,
    download: Annotated[
        bool, typer.Option("--download", help="Download the data set first if it is missing.")
    ] = False,
    trust_model: Annotated[
        bool, typer.Option("--trust-model", help="Run the Python file that the run names.")
    ] = False,
    mirror: Mirror = None,
) -> int:
    """Write a saved run as one HTML page, to read, print or hand in; the run stays as it is."""
    from netviz.cli.report import ReportOptions, make_report  # late, as in `train`
    from netviz.cli.train import TrainOptions

    run = TrainOptions(
        RunConfig(), data_dir, mirror, download, resume=folder, trust_model=trust_model
    )
    return make_report(ReportOptions(run, out, overwrite))


@app.command()
def shortcut(
    remove: Annotated[
        bool, typer.Option("--remove", help="Take it out of the menu again.")
    ] = False,
) -> int:
    """Put NetViz with its icon into the desktop's menu."""
    from netviz.cli.shortcut import shortcut as change_menu  # late, as in `train`

    return change_menu(remove=remove)


@datasets_app.callback(invoke_without_command=True)
def datasets(
    context: typer.Context,
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object for each.")] = False,
) -> int:
    """List the data sets and whether they are present, or download one."""
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return 0
    from netviz.cli.datasets import list_datasets  # late, as in `train`

    return list_datasets(data_dir, as_json=json)


@datasets_app.command()
def download(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(CATALOGUE)}.")],
    data_dir: DataDir = None,
    mirror: Mirror = None,
) -> int:
    """Download a data set, checked to the byte."""
    if name not in CATALOGUE:
        raise ConfigError(
            f"There is no data set {name!r}.", f"Choose one of {', '.join(CATALOGUE)}."
        )
    from netviz.cli.datasets import download_dataset  # late, as in `train`

    return download_dataset(name, data_dir, mirror)


def _refuse_options(context: typer.Context) -> None:
    """Refuse options before a subcommand, which would otherwise be ignored in silence."""
    for parameter in context.command.params:
        name = str(parameter.name)
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            flag, command = parameter.opts[0], context.invoked_subcommand
            raise ConfigError(f"{flag} has to stand behind {command!r}, if it takes that option.")
