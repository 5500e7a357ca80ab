"""A run as a plain PyTorch script, which reads like a tutorial and shows the same losses.

What the script says stands in ``script.py.jinja``; here is what the run fills it with.
"""

import ast
import io
from pathlib import PurePath
from typing import Any

import numpy as np
import torch

from netviz.engine.errors import StorageError
from netviz.engine.export.script_changes import changes_of, configs_of
from netviz.engine.export.script_parts import layer_texts, loss_name, optimizer_text, schedule_name
from netviz.engine.export.script_template import render
from netviz.engine.options.run_config import DATASETS, OPTIONS, RunConfig
from netviz.engine.run.run import Run
from netviz.engine.training.augmentation import AUGMENTATIONS, is_augmented

_TORCHVISION = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "cifar10": "CIFAR10",
}
"""Data sets that torchvision fetches for the script.

The images of others go beside it, and so does a part of these.
"""

_ALWAYS_SET = ("seed", "epochs", "batch_size", "learning_rate")
"""Options that a reader looks for at the top of every script."""


def script_files(run: Run, name: str) -> dict[str, bytes]:
    """Return the script, to be called `name`, and the files that belong beside it.

    Raises
    ------
    StorageError
        When the run's network has no form that a script could write out.
    """
    stem = PurePath(name).stem
    files = {}
    if images := _images_file(run, stem):
        files[images] = _images(run)
    if start := _start_file(run, stem):
        content = io.BytesIO()
        torch.save(run.start, content)
        files[start] = content.getvalue()
    files[name] = write_script(run, stem).encode()
    return files


def write_script(run: Run, stem: str = "train") -> str:
    """Write the script; `stem` is its name without the ending.

    The script is written twice: its first form tells which options it reads as variables, so
    that these are set at its top and where they were changed.
    """
    if run.trainer.config.model not in ("mlp", "cnn", "lenet5", "layers"):
        raise StorageError(
            f"A script cannot write out the network {run.trainer.config.model}.",
            "Networks of layers can be exported; or export the weights.",
        )
    facts = _facts(run, stem)
    settings = _options_read_by(render(**facts, settings={}, changes=[], assigned=[]))
    changes = changes_of(run, settings, scheduled=facts["is_scheduled"])
    assigned = dict.fromkeys(name for change in changes for name in change.assignments)
    values = {name: getattr(run.initial_config, name) for name in settings}
    return render(**facts, settings=values, changes=changes, assigned=list(assigned))


def script_text(run: Run, stem: str) -> tuple[str, tuple[str, ...]]:
    """Return the script alone, and the names of the files that an export writes beside it.

    Raises
    ------
    StorageError
        When the run's network has no form that a script could write out.
    """
    beside = tuple(filter(None, (_images_file(run, stem), _start_file(run, stem))))
    return write_script(run, stem), beside


def _images_file(run: Run, stem: str) -> str:
    config = run.trainer.config
    is_fetched = config.dataset in _TORCHVISION and not config.train_size
    return "" if is_fetched else f"{stem}-images.npz"


def _start_file(run: Run, stem: str) -> str:
    return "" if run.start is None else f"{stem}-start.pth"


def _images(run: Run) -> bytes:
    arrays = run.trainer.data.source.arrays()
    content = io.BytesIO()
    np.savez_compressed(
        content,
        train_images=arrays.train_images,
        train_labels=arrays.train_labels,
        test_images=arrays.test_images,
        test_labels=arrays.test_labels,
    )
    return content.getvalue()


def _facts(run: Run, stem: str) -> dict[str, Any]:
    """Return what the template wants to know of the run, beside settings and changes."""
    first, trainer = run.initial_config, run.trainer
    configs = configs_of(run)
    used = {
        name
        for name in OPTIONS
        if any(getattr(config, name) != RunConfig.model_fields[name].default for config in configs)
    }
    in_mid_epoch = not trainer.sampler.epoch_done
    epochs = trainer.epoch + in_mid_epoch if trainer.step else 0
    reorders = len({config.order for config in configs}) > 1
    is_planned = not epochs or {config.epochs for config in configs} == {epochs}
    return {
        "used": used,
        "dataset": DATASETS.get(first.dataset, first.dataset),
        "torchvision_name": _TORCHVISION.get(first.dataset),
        "images_file": _images_file(run, stem),
        "start_file": _start_file(run, stem),
        "device": "" if trainer.device.type == "cpu" else trainer.device.type,
        "threads": trainer.threads_of(first),
        "layers": layer_texts(trainer.model),
        "losses": {config.loss for config in configs},
        "loss_function": loss_name(first),
        "optimizer": optimizer_text(first),
        # Frozen layers may have been freed when the others had a momentum already.
        "has_late_weights": len({config.frozen for config in configs}) > 1
        and any(config.optimizer == "sgd" and config.momentum for config in configs),
        "schedules": {config.schedule for config in configs},
        "rate_factor": schedule_name(first),
        "is_scheduled": "schedule" in used,
        "is_augmented": any(map(is_augmented, configs)),
        "augmentations": AUGMENTATIONS,
        "is_always_clipped": all(config.clip_norm for config in configs),
        "reorders": reorders,
        # A DataLoader has one batch size only, and one order.
        "by_index": reorders or len({config.batch_size for config in configs}) > 1,
        "epochs": "epochs" if is_planned else epochs,
        "steps": trainer.step,
        "stops_in_mid_epoch": trainer.step and in_mid_epoch,
    }


def _options_read_by(script: str) -> list[str]:
    """Return the options that the script reads as variables without making them itself."""
    nodes = list(ast.walk(ast.parse(script)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    read = {node.id for node in names} - made
    return [*_ALWAYS_SET, *(name for name in OPTIONS if name in read and name not in _ALWAYS_SET)]
