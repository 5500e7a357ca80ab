"""The options of the command line, and how wrong ones are refused."""

import sys
import types
from pathlib import Path

import pytest

from netviz import __version__
from netviz.cli import app
from netviz.cli.train import TrainOptions
from netviz.cli.window import SAMPLE_EPOCHS
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.launch import WindowOptions


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[TrainOptions]:
    """What `netviz train` was asked for, in place of training."""
    asked: list[TrainOptions] = []
    monkeypatch.setattr("netviz.cli.train.train", lambda options: asked.append(options) or 0)
    return asked


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[WindowOptions]:
    """What the window was asked for, in place of opening it."""
    asked: list[WindowOptions] = []

    def open_window(options: WindowOptions, say: object = print) -> int:
        asked.append(options)
        return 7

    module = types.ModuleType("netviz.ui.app")
    module.open_window = open_window  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netviz.ui.app", module)
    return asked


CONTRACT = (
    "--dataset mnist --model mlp --hidden 32,16 --loss mse --optimizer sgd --lr 0.1 "
    "--batch-size 64 --epochs 3 --seed 5 --device cpu --threads 1"
)
CONTRACT_CONFIG = RunConfig(
    dataset="mnist",
    hidden=(32, 16),
    loss="mse",
    optimizer="sgd",
    learning_rate=0.1,
    batch_size=64,
    epochs=3,
    seed=5,
    device="cpu",
    threads=1,
)


def test_train_takes_the_options_of_the_contract(trained: list[TrainOptions]) -> None:
    rest = "--data-dir data --out run --mirror http://here --download --json --json-batches"
    assert app.run(["train", *CONTRACT.split(), *rest.split()]) == 0
    assert trained == [
        TrainOptions(CONTRACT_CONFIG, Path("data"), "http://here", True, Path("run"), True, True)
    ]


def test_train_without_options_takes_the_defaults(trained: list[TrainOptions]) -> None:
    assert app.run(["train"]) == 0
    assert trained == [TrainOptions(RunConfig())]


def test_a_schedule_drawn_by_hand_is_typed_as_points(
    trained: list[TrainOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["train", "--schedule", "custom", "--points", "0:1, 3:1, 10:0.01"]) == 0
    (options,) = trained
    assert options.config == RunConfig(
        schedule="custom", points=((0.0, 1.0), (3.0, 1.0), (10.0, 0.01))
    )
    assert app.run(["train", "--points", "3:1, 1:1"]) == 2
    assert "a point at epoch 1 after the one at epoch 3" in capsys.readouterr().err


def test_switches_long_names_and_no_hidden_layer(trained: list[TrainOptions]) -> None:
    arguments = ["--nesterov", "--learning-rate", "2e-3", "--weight-decay", "0.1", "--hidden", ""]
    app.run(["train", *arguments])
    app.run(["train", "--no-nesterov"])
    config = RunConfig(nesterov=True, learning_rate=0.002, weight_decay=0.1, hidden=())
    assert [options.config for options in trained] == [config, RunConfig()]


def test_batch_lines_alone_are_json_too(trained: list[TrainOptions]) -> None:
    app.run(["train", "--json-batches"])
    assert trained[0].json


def test_no_subcommand_opens_the_window(opened: list[WindowOptions]) -> None:
    assert app.run([]) == 7
    rest = (
        "--autostart --screenshot picture.png --exit --size 1280x720 --theme dark "
        "--data-dir data --mirror http://here --going-back-memory 64 --going-back-disk 0"
    )
    assert app.run([*CONTRACT.split(), *rest.split()]) == 7
    assert opened == [
        WindowOptions(RunConfig(epochs=SAMPLE_EPOCHS)),
        WindowOptions(
            CONTRACT_CONFIG,
            data_dir=Path("data"),
            mirror="http://here",
            autostart=True,
            screenshot=Path("picture.png"),
            exit_when_done=True,
            size=(1280, 720),
            dark=True,
            going_back_memory_mb=64,
            going_back_disk_mb=0,
        ),
    ]


@pytest.mark.parametrize(
    ("arguments", "epochs"),
    [
        ("", SAMPLE_EPOCHS),
        ("--autostart --theme dark", SAMPLE_EPOCHS),
        ("--epochs 20", 20),
        ("--dataset fashion-mnist", RunConfig().epochs),
        ("--autostart --exit", RunConfig().epochs),
    ],
)
def test_only_a_run_on_the_bundled_digits_lasts_a_minute(
    opened: list[WindowOptions], arguments: str, epochs: int
) -> None:
    app.run(arguments.split())
    assert [options.config.epochs for options in opened] == [epochs]


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"]])
def test_help_names_every_option_with_its_default_and_range(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert app.run(arguments) == 0
    help_text = capsys.readouterr().out
    for name, option in OPTIONS.items():
        assert f"--{name.replace('_', '-')}" in help_text
        assert option.help in help_text
    assert "(0 to 1,000; default 0.001)" in help_text
    assert "default 64,64,64" in help_text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--version"]) == 0
    assert capsys.readouterr().out == f"netviz {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("train --lr abc", "learning_rate: abc is not a number. Allowed: 0 to 1,000."),
        ("train --lr nan", "learning_rate: nan is not a finite number"),
        ("train --lr -1", "learning_rate: -1.0 is too small"),
        ("train --epochs 1.5", "epochs: 1.5 is not a whole number"),
        ("train --hidden 64,x", "hidden: x is not a list of whole numbers"),
        ("train --optimizer lion", "optimizer: lion is not one of the choices. Allowed: sgd, adam"),
        ("train --lr", "requires an argument"),
        ("train --wrong 1", "--wrong"),
        ("train more", "more"),
        ("trian", "trian"),
        ("--epochs 0", "epochs: 0 is too small"),
        ("--size 1280", "size: 1280 is not a size. Allowed: such as 1280x720."),
        ("--size 0x720", "0x720"),
        ("--theme pink", "pink"),
        ("--lr 0.1 train", "--learning-rate has to stand behind 'train'"),
        ("datasets --json download mnist", "--json has to stand behind 'download'"),
        ("datasets download", "name"),
        ("datasets download nothing", "There is no data set 'nothing'"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(
    arguments: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    trained: list[TrainOptions],
    opened: list[WindowOptions],
) -> None:
    assert app.run(arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("netviz: ")
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert not trained
    assert not opened
