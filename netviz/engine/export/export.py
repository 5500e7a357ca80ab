"""Exports a run: its metrics, its weights, its network, or all of it as a script."""

import contextlib
import io
import warnings
from pathlib import Path

import torch

from netviz.engine.atomic_files import write_files_whole
from netviz.engine.errors import StorageError
from netviz.engine.export.script import script_files
from netviz.engine.network.build import evaluating
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.run.run import Run
from netviz.engine.storage.run_folder import metrics_csv
from netviz.engine.storage.weights_files import state_dict_bytes, weights_bytes


def export(run: Run, kind: ExportKind, path: Path) -> None:
    """Write `path`, and what belongs beside it, whole or not at all; not for a report.

    Raises
    ------
    NetvizError
        When the file cannot be written, a package is missing, or the run has no such form.
    """
    model = run.trainer.model
    match kind:
        case ExportKind.SCRIPT:
            files = script_files(run, path.name)
        case ExportKind.METRICS:
            files = {path.name: metrics_csv(run.history).encode()}
        case ExportKind.WEIGHTS:
            is_torch = path.suffix.lower() in (".pth", ".pt")
            files = {path.name: state_dict_bytes(model) if is_torch else weights_bytes(model)}
        case ExportKind.ONNX:
            files = {path.name: _onnx_bytes(run)}
        case ExportKind.REPORT:
            raise ValueError("a report is written bit by bit, by `write_report`")
    write_files_whole(path.absolute().parent, files)


def _onnx_bytes(run: Run) -> bytes:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise StorageError(
            "ONNX needs two packages that are not installed.",
            'Install them with: pip install "netviz[onnx]"',
        ) from error
    trainer = run.trainer
    image = trainer.data.test_images[:2]
    # The exporter prints, and warns of its own deprecations.
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        evaluating(trainer.model),
    ):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            trainer.model,
            (image,),
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
        )
        assert program is not None
    return bytes(program.model_proto.SerializeToString())
