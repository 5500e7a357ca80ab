"""Networks from Python files: what fits is trained; errors are reported with their line."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from netviz.engine.errors import ModelError
from netviz.engine.network import python_file
from netviz.engine.network.build import build_model
from netviz.engine.network.python_file import load_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.support import Driven, only

SHAPE = (1, 28, 28)
GOOD = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, classes, in_channels=1):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(784 * in_channels, 16), nn.ReLU())
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(16, classes)

    def forward(self, images):
        return self.head(self.drop(self.body(images)))

def make(num_classes=3):
    return Net(num_classes)

ready = Net(10)
number = 7
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a person's own."""

    def write_one(text: str) -> Path:
        path = tmp_path / "my net.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write_one


def refusal(path: Path, name: str = "Net") -> ModelError:
    threads, folders = threading.enumerate(), list(sys.path)
    with pytest.raises(ModelError) as raised:
        load_model(f"{path}:{name}", SHAPE, 10)
    assert threading.enumerate() == threads
    assert sys.path == folders
    return raised.value


@pytest.mark.parametrize("name", ["Net", "make", "ready"])
def test_a_class_a_function_and_a_module_are_taken(write: Write, name: str) -> None:
    model = load_model(f"{write(GOOD)}:{name}", SHAPE, 10)
    assert model(torch.rand(5, *SHAPE)).shape == (5, 10)
    assert all(module.training for module in model.modules())


def test_a_file_leaves_nothing_behind_that_python_would_look_for_at_every_call(
    write: Write,
) -> None:
    """Where that were so a traced call would never end, in Python 3.11."""
    program = (
        "import sys\n"
        "from netviz.engine.network.python_file import load_model\n"
        f"load_model({f'{write(GOOD)}:Net'!r}, {SHAPE}, 10)\n"
        "sys.settrace(lambda *told: None)\n"
        "(lambda: None)()\n"
        "print('ended')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "ended\n"


def test_what_a_class_wants_to_know_it_is_told(write: Write) -> None:
    model = load_model(f"{write(GOOD)}:Net", (3, 28, 28), 7)
    assert model(torch.rand(2, 3, 28, 28)).shape == (2, 7)


def test_the_seed_decides_the_weights_whatever_the_file_draws(write: Write) -> None:
    path = write(GOOD + "\ntorch.manual_seed(99)\ntorch.rand(5)\n")

    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        model = build_model(RunConfig.parse({"model": f"{path}:Net"}), SHAPE, 10)
        return nn.utils.parameters_to_vector(model.parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_an_own_network_trains_with_and_without_normalisation(
    write: Write, digits: DeviceData, config: RunConfig
) -> None:
    path = write(GOOD)
    for normalise in (False, True):
        changes = {"model": f"{path}:Net", "normalise": normalise, "frozen": "head"}
        trainer = Trainer(config.with_changes(changes), digits, torch.device("cpu"))
        head = trainer.model.head.weight.clone()
        before = trainer.snapshot()
        losses = [float(trainer.train_batch().loss) for _ in range(5)]
        assert torch.equal(trainer.model.head.weight, head)
        trainer.restore(before)
        assert [float(trainer.train_batch().loss) for _ in range(5)] == losses
        assert "head.weight" in trainer.model.state_dict()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\nclass Net(\n", r"my net\.py, line 2: .*never closed\."),
        ("import nothing_like_it\n", r"my net\.py, line 1, importing it: ModuleNotFoundError: .*"),
        ("raise RuntimeError('no\\nway')\n", r"my net\.py, line 1, importing it: .*: no way"),
        ("import sys\nsys.exit(3)\n", r"my net\.py, line 2, importing it: SystemExit: 3"),
        ("x = '\0'\n", r"my net\.py.*null bytes.*"),
        (GOOD.replace("super().__init__()", "1 / 0"), r"my net\.py, line 7, .*: division by zero"),
        (
            GOOD.replace("return self.head(", "return self.body("),
            r"my net\.py, line 13, Net on a batch of 2 images: RuntimeError: .*mat1 and mat2.*",
        ),
        (
            GOOD.replace("(self, classes,", "(self, width, classes,").replace("= Net(10)", "= 1"),
            r"my net\.py, making Net: TypeError: .*'width'",
        ),
    ],
)
def test_an_error_in_the_file_comes_with_its_line(write: Write, text: str, message: str) -> None:
    path = write(text)
    error = refusal(path, "ready" if "1 / 0" in text else "Net")
    assert re.fullmatch(message, error.message), error.message
    assert str(path) in error.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "self.head(self.drop(self.body(images)))",
            "self.body(images)",
            "[2, 16]; expected [2, 10]",
        ),
        ("self.head(self.drop(self.body(images)))", "(images, 1)", "returns a tuple"),
        (
            "self.head(self",
            "self.body(images).double()[:, :10]; (self",
            "returns torch.float64",
        ),
        ("    return Net(num_classes)", "    return 3", "make is a int, and no nn.Module"),
    ],
)
def test_what_does_not_fit_is_refused(write: Write, old: str, new: str, message: str) -> None:
    error = refusal(write(GOOD.replace(old, new)), "make" if "make" in message else "Net")
    assert message in error.message


def test_a_missing_name_is_reported_with_those_that_exist(write: Write) -> None:
    error = refusal(write(GOOD), "Nett")
    assert error.message == "There is no Nett in my net.py."
    assert error.hint == "Its networks: Net, ready."
    assert "number is a int" in refusal(write(GOOD), "number").message
    assert "no nn.Module in it" in refusal(write("x = 1"), "Net").hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "none.py").message
    (tmp_path / "folder.py").mkdir()
    assert "cannot be read" in refusal(tmp_path / "folder.py").message


def test_nothing_to_train_is_refused(write: Write) -> None:
    path = write(
        "import torch\nclass Net(torch.nn.Module):\n"
        "    def forward(self, images):\n        return torch.zeros(len(images), 10)\n"
    )
    assert "nothing to train" in refusal(path).message


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass\n",
        "while True:\n    try:\n        pass\n    except Exception:\n        pass\n",
        GOOD.replace("        self.drop =", "        while True: pass\n        self.drop ="),
        GOOD.replace(
            "        return self.head", "        while True: pass\n        return self.head"
        ),
    ],
)
def test_a_file_that_loops_is_given_up(
    write: Write, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_file, "TIME_LIMIT_S", 0.3)
    path = write(text.replace("\nready = Net(10)\n", "\n"))
    assert "did not finish within 0.3 s" in refusal(path).message


@pytest.mark.usefixtures("few_digits")
def test_a_bad_file_leaves_the_present_run_as_it_is(write: Write, config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    told = driven.do(commands.Reset({"model": f"{write('1 / 0')}:Net"}))
    assert "line 1, importing it: ZeroDivisionError" in only(told, events.Refused)[-1].message
    told = driven.do(commands.Step())
    assert only(told, events.Progress)[-1].step == 2


def test_what_the_file_prints_does_not_reach_the_output(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    load_model(f"{write(GOOD + 'print(1234)')}:Net", SHAPE, 10)
    assert "1234" not in capsys.readouterr().out


SPARSE = """
import torch
from torch import nn
from torch.nn import functional as F

class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.brightness = nn.{layer}
        self.head = nn.Linear(16, classes)

    def forward(self, images):
        levels = (images.flatten(1).mean(1) * 255).long().clamp(0, 255)
        return self.head({call})
"""


@pytest.mark.parametrize(
    ("layer", "call"),
    [
        ("Embedding(256, 16, sparse={})", "self.brightness(levels)"),
        ("EmbeddingBag(256, 16, sparse={})", "self.brightness(levels[:, None])"),
        ("Embedding(256, 16)", "F.embedding(levels, self.brightness.weight, sparse={})"),
    ],
)
@pytest.mark.usefixtures("few_digits")
def test_sparse_gradients_are_refused_with_the_reason_and_dense_ones_train(
    write: Write, layer: str, call: str
) -> None:
    path = write(SPARSE.format(layer=layer.format(True), call=call.format(True)))
    error = refusal(path)
    assert "the gradient of brightness.weight in Net is sparse" in error.message
    assert "sparse=False" in error.hint
    path = write(SPARSE.format(layer=layer.format(False), call=call.format(False)))
    config = RunConfig.parse({"model": f"{path}:Net", "optimizer": "sgd", "momentum": 0.9})
    driven = Driven(config)
    driven.do(commands.Step(), commands.Step())
    assert driven.step == 2
    assert not only(driven.events, events.Failed)
