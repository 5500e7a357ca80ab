"""A run as a plain PyTorch script, which reads like a tutorial and shows the same losses."""

import io
from itertools import groupby
from pathlib import PurePath
from typing import Any

import numpy as np
import torch

from netviz.engine.errors import StorageError
from netviz.engine.export import script_texts as texts
from netviz.engine.export.script_changes import change_lines
from netviz.engine.export.script_network import loss_name, model_lines, optimizer_text
from netviz.engine.options.run_config import DATASETS, RunConfig
from netviz.engine.run.run import Run
from netviz.engine.training.augmentation import is_augmented

_TORCHVISION = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "cifar10": "CIFAR10",
}
"""Data sets that torchvision fetches for the script; the images of others go beside it."""


def script_files(run: Run, name: str) -> dict[str, bytes]:
    """Return the script, to be called `name`, and the files that belong beside it.

    Raises
    ------
    StorageError
        When the run's network has no form that a script could write out.
    """
    stem = PurePath(name).stem
    files = {}
    if run.trainer.config.dataset not in _TORCHVISION:
        files[f"{stem}-images.npz"] = _images(run)
    if run.start is not None:
        content = io.BytesIO()
        torch.save(run.start, content)
        files[f"{stem}-start.pth"] = content.getvalue()
    files[name] = write_script(run, stem).encode()
    return files


def write_script(run: Run, stem: str = "train") -> str:
    """Write the script; `stem` is its name without the ending."""
    if run.trainer.config.model not in ("mlp", "cnn", "lenet5", "layers"):
        raise StorageError(
            f"A script cannot write out the network {run.trainer.config.model}.",
            "Networks of layers can be exported; or export the weights.",
        )
    return _Script(run, stem).text()


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


class _Script:
    """Writes the parts of one script, leaving out whatever the run did not use."""

    def __init__(self, run: Run, stem: str) -> None:
        self._run = run
        self._stem = stem
        self._first = first = run.initial_config
        self._steps = run.trainer.step
        self._changes: list[tuple[int, RunConfig, RunConfig]] = []
        config = first
        ledger = [e for e in run.ledger if not self._steps or e.step < self._steps]
        for step, entries in groupby(ledger, key=lambda entry: entry.step):
            after = config.with_changes({entry.option: entry.new for entry in entries})
            self._changes.append((step, config, after))
            config = after
        self._configs = [first, *(after for _, _, after in self._changes)]
        self._is_scheduled = self._ever("schedule", "constant")
        self._is_summed = self._ever("accumulate", 1)
        self._is_clipped = self._ever("clip_norm", 0)
        self._is_frozen = self._ever("frozen", ())
        self._is_augmented = any(map(is_augmented, self._configs))
        self._by_index = len({config.batch_size for config in self._configs}) > 1

    def text(self) -> str:
        """Put the parts together."""
        parts = (
            self._head(),
            self._settings(),
            self._data(),
            texts.NORMALISE.strip() if self._first.normalise else "",
            texts.AUGMENT.strip() if self._is_augmented else "",
            self._network(),
            self._rules(),
            self._schedule(),
            self._replay(),
            texts.EVALUATE.replace("{inputs}", self._inputs("some")).strip(),
            self._loop(),
        )
        return "\n\n\n".join(part for part in parts if part) + "\n"

    def _ever(self, name: str, usual: Any) -> bool:
        return any(getattr(config, name) != usual for config in self._configs)

    def _inputs(self, images: str) -> str:
        return f"normalise({images})" if self._first.normalise else images

    @property
    def _device(self) -> str:
        kind = self._run.trainer.device.type
        return "" if kind == "cpu" else f'"{kind}"'

    def _on_device(self, text: str) -> str:
        return f"{text}.to({self._device})" if self._device else text

    def _head(self) -> str:
        name = DATASETS.get(self._first.dataset, self._first.dataset)
        own = self._first.dataset not in _TORCHVISION
        beside = f" and, beside it, {self._stem}-images.npz" if own else ""
        lines = [
            f'"""Trains a network on {name}, as it was trained in NetViz: with the same losses.',
            "",
            f"Needs torch and torchvision{beside}.",
            '"""',
            "",
        ]
        if self._is_scheduled or self._is_augmented:
            lines.append("import math")
        if own or self._run.start is not None:
            lines.append("from pathlib import Path")
        lines += ["", "import numpy as np" if own else "import torchvision", "import torch"]
        if self._is_augmented or self._ever("loss", "cross-entropy"):
            lines.append("import torch.nn.functional as F")
        lines.append("from torch import nn")
        if not self._by_index:
            lines.append("from torch.utils.data import DataLoader, TensorDataset")
        return "\n".join(lines).replace('"""\n\n\n', '"""\n\n')

    def _settings(self) -> str:
        first = self._first
        names = ["seed", "epochs", "batch_size", "learning_rate"]
        names += ["accumulate"] * self._is_summed + ["clip_norm"] * self._is_clipped
        names += ["frozen"] * self._is_frozen
        names += texts.AUGMENT_SETTINGS if self._is_augmented else ()
        for config in self._configs:
            names += texts.SCHEDULE_SETTINGS.get(config.schedule, ())
        lines = [f"{name} = {getattr(first, name)!r}" for name in dict.fromkeys(names)]
        if self._steps:
            lines.append(f"steps = {self._steps}  # trained when this was exported")
        lines += [
            "",
            f"torch.set_num_threads({torch.get_num_threads()})  # others may round differently",
            "torch.manual_seed(seed)",
        ]
        return "\n".join(lines)

    def _data(self) -> str:
        name = _TORCHVISION.get(self._first.dataset)
        lines = ["# Images [N, channels, height, width] with pixels from 0 to 1, and labels [N]."]
        if name is None:
            lines.append(f'arrays = np.load(Path(__file__).with_name("{self._stem}-images.npz"))')
        for split in ("train", "test"):
            images, labels = f'torch.tensor(arrays["{split}_images"])', f'arrays["{split}_labels"]'
            if name is not None:
                is_train = split == "train"
                lines.append(
                    f"{split}_set = torchvision.datasets.{name}"
                    f'("data", train={is_train}, download=True)'
                )
                pixels = f"{split}_set.data"
                grey, colour = (f"{pixels}.unsqueeze(1)", f"torch.tensor({pixels})")
                images = f"{colour}.permute(0, 3, 1, 2)" if name == "CIFAR10" else grey
                labels = f"{split}_set.targets"
            labels = f"torch.as_tensor({labels}, dtype=torch.int64)"
            scaled = f"{images}.contiguous().float() / 255"
            scaled = f"({scaled}).to({self._device})" if self._device else scaled
            lines.append(f"{split}_images = {scaled}")
            lines.append(f"{split}_labels = {self._on_device(labels)}")
        return "\n".join(lines)

    def _network(self) -> str:
        lines = model_lines(self._run.trainer.model)
        if self._device:
            lines[-1] += f".to({self._device})"
        if self._run.start is not None:
            path = f'Path(__file__).with_name("{self._stem}-start.pth")'
            lines.append(f"model.load_state_dict(torch.load({path}, weights_only=True))")
        return "\n".join(lines)

    def _rules(self) -> str:
        """Loss and optimizer, and freezing before it."""
        used = [c.loss for c in self._configs]
        lines = [texts.LOSSES[name].strip() + "\n" for name in dict.fromkeys(used)]
        lines.append(f"\nloss_function = {loss_name(self._first)}")
        if self._is_frozen:
            lines += [texts.FREEZE.rstrip(), "", "", "freeze(frozen)"]
        lines.append(f"optimizer = {optimizer_text(self._first)}")
        return "\n".join(lines)

    def _schedule(self) -> str:
        if not self._is_scheduled:
            return ""
        kinds = dict.fromkeys(config.schedule for config in self._configs)
        parts = [texts.FACTORS[kind].strip() for kind in kinds]
        parts.append(f"rate_factor = {texts.FACTOR_NAMES[self._first.schedule]}")
        return "\n\n\n".join(parts)

    def _replay(self) -> str:
        if not self._changes:
            return ""
        return "\n".join(change_lines(self._changes, scheduled=self._is_scheduled))

    def _loop(self) -> str:
        done = self._run.trainer.epoch
        epochs = done + (not self._run.trainer.sampler.epoch_done) if self._steps else 0
        planned = {config.epochs for config in self._configs}
        count = "epochs" if not epochs or planned == {epochs} else str(epochs)
        lines = ["generator = torch.Generator().manual_seed(seed)"]
        if not self._by_index:
            lines += [
                "loader = DataLoader(",
                "    TensorDataset(train_images, train_labels),",
                "    batch_size=batch_size,",
                "    shuffle=True,",
                "    generator=generator,",
                ")",
            ]
        lines += ["losses = []  # of every batch", *["summed = 0"] * self._is_summed]
        lines += [f"for epoch in range({count}):"]
        lines.append("    train_mode()" if self._is_frozen else "    model.train()")
        if self._by_index:
            lines.append(texts.ORDER.rstrip())
        else:
            number = "batch, " if self._is_scheduled or self._is_summed else ""
            inner = (
                "(images, labels) in enumerate(loader)" if number else "images, labels in loader"
            )
            lines.append(f"    for {number}{inner}:")
        lines += [f"        {line}".rstrip() for line in self._body()]
        lines += [f"    {line}" for line in self._epoch_end()]
        lines += ["", 'print(f"{len(losses)} steps, loss of the last batch {losses[-1]:.6f}")']
        return "\n".join(lines)

    def _body(self) -> list[str]:
        lines = ["make_changes(len(losses))"] if self._changes else []
        if self._by_index:
            lines += ["indices = order[position : position + batch_size]"]
            if self._is_scheduled:
                lines += ["batch = position // batch_size"]
            lines += ["position += len(indices)"]
            lines += ["images, labels = train_images[indices], train_labels[indices]"]
        if self._is_scheduled:
            lines += [
                "batches = math.ceil(len(train_labels) / batch_size)",
                "for group in optimizer.param_groups:",
                '    group["lr"] = learning_rate * rate_factor(epoch, batch, batches)',
            ]
        if self._is_augmented:
            lines += ["images = augment(images)"]
        return [*lines, *self._step()]

    def _step(self) -> list[str]:
        """The training step itself."""
        zero, shrink, move = "optimizer.zero_grad()", [], ["optimizer.step()"]
        if self._is_clipped:
            clip = "nn.utils.clip_grad_norm_(model.parameters(), clip_norm)"
            always = all(config.clip_norm for config in self._configs)
            shrink = [clip] if always else ["if clip_norm:", f"    {clip}"]
        forward = [f"logits = model({self._inputs('images')})"]
        forward += ["loss = loss_function(logits, labels)"]
        if self._is_summed:
            last = "position == len(order)" if self._by_index else "batch + 1 == len(loader)"
            update = [*shrink, *move, "summed = 0"]
            lines = ["if summed == 0:", f"    {zero}", *forward, "(loss / accumulate).backward()"]
            lines += ["summed += 1", f"if summed >= accumulate or {last}:"]
            lines += [f"    {line}" for line in update]
        else:
            lines = [zero, *forward, "loss.backward()", *shrink, *move]
        lines += ["losses.append(loss.item())"]
        if self._steps and not self._run.trainer.sampler.epoch_done:
            lines += ["if len(losses) == steps:", "    break"]
        return lines

    def _epoch_end(self) -> list[str]:
        lines = ["test_loss, test_accuracy = evaluate(test_images, test_labels)"]
        if any(config.schedule == "plateau" for config in self._configs):
            lines += ["if rate_factor is plateau:", "    note_test_loss(test_loss)"]
        lines += ['print(f"epoch {epoch + 1}: loss {losses[-1]:.4f} in its last batch, "']
        return [*lines, '      f"test loss {test_loss:.4f}, test accuracy {test_accuracy:.1%}")']
