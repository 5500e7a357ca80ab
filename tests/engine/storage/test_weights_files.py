"""Weights from files: nothing in them is executed, and what does not fit is named."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from netviz.engine.network.build import build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from tests.support import Driven, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

TORCHS_OWN = torch.nn.Linear(2, 2)


class Payload:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> Any:
        return (Path.touch, (self._trace,))


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    driven = Driven(config)
    driven.do(commands.Start())
    return driven


def export(driven: Driven, path: Path) -> Path:
    (told,) = driven.do(commands.Export(ExportKind.WEIGHTS, path))
    assert isinstance(told, events.Exported)
    return path


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth", "w.PT"])
def test_weights_come_back_as_the_beginning_of_a_run(
    driven: Driven, tmp_path: Path, name: str
) -> None:
    measured = only(driven.events, events.EpochFinished)[-1].measurement
    told = driven.do(commands.LoadWeights(export(driven, tmp_path / name)))
    (prepared,) = only(told, events.Prepared)
    assert prepared.started_from == str(tmp_path / name)
    assert prepared.step == 0
    assert prepared.untrained.test_loss == measured.test_loss
    (reset,) = only(driven.do(commands.Reset()), events.Prepared)
    assert reset.started_from == ""
    assert reset.untrained == only(driven.events, events.Prepared)[0].untrained


def test_plain_pytorch_loads_what_was_exported(
    driven: Driven, config: RunConfig, tmp_path: Path
) -> None:
    model = build_model(config, (1, 28, 28), 10)
    weights = torch.load(export(driven, tmp_path / "w.pth"), weights_only=True)
    model.load_state_dict(weights)
    same = load_file(export(driven, tmp_path / "w.safetensors"))
    assert all(torch.equal(weights[name], same[name]) for name in weights)


def test_a_saved_run_on_loaded_weights_goes_on_and_keeps_its_beginning(
    driven: Driven, tmp_path: Path
) -> None:
    driven.do(commands.LoadWeights(export(driven, tmp_path / "w.pth")))
    driven.do(commands.Step(), commands.Save(tmp_path / "run"))
    other = Driven()
    (prepared,) = only(other.do(commands.Open(tmp_path / "run")), events.Prepared)
    assert prepared.started_from.endswith("w.pth")
    first = losses(driven.do(commands.Step()))
    assert losses(other.do(commands.Step())) == first


def with_payload(path: Path) -> None:
    torch.save({"1.weight": Payload(path.with_name("ran"))}, path)


def a_bare_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps(Payload(path.with_name("ran"))))


def cut_pth(path: Path) -> None:
    torch.save({"1.weight": torch.zeros(500)}, path)
    path.write_bytes(path.read_bytes()[:600])


def a_whole_module(path: Path) -> None:
    torch.save(TORCHS_OWN, path)


def a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")


def a_number(path: Path) -> None:
    torch.save(3, path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (with_payload, "holds more than tensors, or is broken: it was not run"),
        (a_bare_pickle, "holds more than tensors, or is broken: it was not run"),
        (a_whole_module, "holds more than tensors, or is broken: it was not run"),
        (cut_pth, "is cut off or no PyTorch file"),
        (a_zip, "is cut off or no PyTorch file"),
        (a_number, "holds no weights"),
    ],
)
def test_a_bad_pth_is_refused_and_nothing_in_it_runs(
    driven: Driven, tmp_path: Path, make: Any, said: str
) -> None:
    make(tmp_path / "w.pth")
    (refused,) = driven.do(commands.LoadWeights(tmp_path / "w.pth"))
    assert isinstance(refused, events.Refused)
    assert said in refused.message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_safetensors_is_refused(driven: Driven, tmp_path: Path, share: float) -> None:
    path = export(driven, tmp_path / "w.safetensors")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    (refused,) = driven.do(commands.LoadWeights(path))
    assert isinstance(refused, events.Refused)
    assert "is cut off or no safetensors file" in refused.message


def test_weights_of_another_network_are_named_layer_by_layer(
    driven: Driven, tmp_path: Path
) -> None:
    weights = {
        "1.weight": torch.zeros(16, 100),
        "1.bias": torch.zeros(16),
        "3.weight": torch.zeros(10, 16),
        "9.bias": torch.zeros(2),
    }
    save_file(weights, tmp_path / "w.safetensors")
    told = driven.do(commands.LoadWeights(tmp_path / "w.safetensors"))
    (refused,) = only(told, events.Refused)
    assert "1.weight is 16 × 100 and not 16 × 784" in refused.message
    assert "3.bias is missing" in refused.message
    assert "9.bias is unknown" in refused.message
    driven.do(commands.Change({"epochs": 4}))
    assert driven.step == 80


def test_of_many_layers_that_do_not_fit_some_are_named_and_the_rest_counted(
    driven: Driven, tmp_path: Path
) -> None:
    for count, more in ((4, ""), (5, "; and 1 more"), (20, "; and 16 more")):
        strangers = {f"{index}.x": torch.zeros(1) for index in range(count)}
        torch.save(strangers, tmp_path / "w.pth")
        told = driven.do(commands.LoadWeights(tmp_path / "w.pth"))
        (refused,) = only(told, events.Refused)
        missing = [f"{name} is missing" for name in ("1.weight", "1.bias", "3.weight", "3.bias")]
        unknown = [f"{index}.x is unknown" for index in range(min(4, count))]
        listed = "; ".join([*missing, *unknown]) + more
        assert refused.message == f"w.pth holds the weights of another network: {listed}."


def test_other_names_and_missing_files_are_refused(driven: Driven, tmp_path: Path) -> None:
    for name, said in (("w.bin", "no file of weights by its name"), ("w.pth", "cannot be read")):
        (refused,) = driven.do(commands.LoadWeights(tmp_path / name))
        assert isinstance(refused, events.Refused)
        assert said in refused.message


def test_metrics_are_exported_as_csv(driven: Driven, tmp_path: Path) -> None:
    driven.do(commands.Export(ExportKind.METRICS, tmp_path / "m.csv"))
    lines = (tmp_path / "m.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,loss,learning_rate"
    assert len(lines) == 61


def test_an_onnx_network_answers_any_number_of_images(driven: Driven, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    before = driven.step
    (told,) = driven.do(commands.Export(ExportKind.ONNX, tmp_path / "m.onnx"))
    assert isinstance(told, events.Exported), told
    model = onnx.load(tmp_path / "m.onnx")
    onnx.checker.check_model(model)
    (images,) = model.graph.input
    sides = [side.dim_value or side.dim_param for side in images.type.tensor_type.shape.dim]
    assert sides == ["batch", 1, 28, 28]
    driven.do(commands.Change({"epochs": 4}))
    assert driven.step == before + 20


def test_a_missing_package_is_told_with_the_command_that_installs_it(
    driven: Driven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    (refused,) = driven.do(commands.Export(ExportKind.ONNX, tmp_path / "m.onnx"))
    assert isinstance(refused, events.Refused)
    assert 'pip install "netviz[onnx]"' in refused.hint


def quantized(value: torch.Tensor) -> torch.Tensor:
    return torch.quantize_per_tensor(value, 0.1, 0, torch.qint8)


@pytest.mark.filterwarnings("ignore")  # of torch's, that such tensors are new or deprecated
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda value: value * float("nan"), "has values that are not a number (NaN)."),
        (lambda value: value / 0, "has infinite values."),
        (lambda value: value.double() * 1e300, "has infinite values."),
        (lambda value: value.to(torch.int64), "has whole numbers (int64), which are no weights."),
        (lambda value: value.bool(), "has whole numbers (bool), which are no weights."),
        (lambda value: value.to(torch.complex64), "has complex numbers where real ones"),
        (lambda value: value.to_sparse(), "is a sparse tensor. Save it with .to_dense()."),
        (lambda value: value.to_sparse_csr(), "is a sparse tensor. Save it with .to_dense()."),
        (quantized, "is quantized. Save the weights of the network before it was quantized."),
        (lambda value: value.to("meta"), "is on the device meta, which has no numbers."),
    ],
)
def test_tensors_that_are_no_weights_are_refused_by_name(
    driven: Driven, tmp_path: Path, spoil: Any, said: str
) -> None:
    weights = load_file(export(driven, tmp_path / "good.safetensors"))
    weights["3.weight"] = spoil(weights["3.weight"])
    torch.save(weights, tmp_path / "w.pth")
    told = driven.do(commands.LoadWeights(tmp_path / "w.pth"))
    (refused,) = only(told, events.Refused)
    assert f"w.pth: 3.weight {said}" in f"{refused.message} {refused.hint}"
    assert not only(told, events.Prepared)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_taken(
    driven: Driven, tmp_path: Path, kind: torch.dtype
) -> None:
    weights = load_file(export(driven, tmp_path / "good.safetensors"))
    torch.save({name: value.to(kind) for name, value in weights.items()}, tmp_path / "w.pth")
    assert only(driven.do(commands.LoadWeights(tmp_path / "w.pth")), events.Prepared)
