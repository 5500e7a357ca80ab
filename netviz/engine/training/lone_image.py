"""Batches of one image, from which some networks cannot learn: seen before they are trained.

Batch normalisation has nothing to normalise over where one image gives one value for each unit.
"""

from collections.abc import Sequence
from itertools import islice

import torch
from torch import Tensor, nn
from torch.func import functional_call

from netviz.engine.errors import ConfigError
from netviz.engine.network.freezing import freezable
from netviz.engine.network.modes import modes_kept
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.training.trainer import Trainer

DECIDED_BY = frozenset({"batch_size", "epochs", "frozen"})
"""The options that decide whether there is such a batch, and whether it can be learnt from."""

_OFFERED = 3
_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def refuse_lone_images(trainer: Trainer, config: RunConfig) -> None:
    """Refuse a batch size that leaves an image alone with a network that cannot learn from it.

    Nothing is computed where no batch has one image; else one image is passed through the
    network, which leaves weights, buffers, modes and random state as they were.

    Parameters
    ----------
    trainer
        Where training goes on.
    config
        The settings with which it shall go on.

    Raises
    ------
    ConfigError
        With the batch sizes that work; one of them is its remedy.
    """
    parts = _parts_to_train(trainer, config)
    if not any(_has_lone(part, config.batch_size) for part in parts):
        return
    if _learns_from(trainer, config.frozen, 1) or not _learns_from(trainer, config.frozen, 2):
        return
    sizes = working_sizes(parts, config.batch_size)
    what = _what(trainer, config.batch_size)
    if not sizes:
        only_one = len(trainer.data.train_labels) == 1
        raise ConfigError(
            what, "Use more training images." if only_one else "Finish this epoch first, or reset."
        )
    listed = ", ".join(f"{size:,}" for size in sizes)
    raise ConfigError(what, f"Batch sizes that work here: {listed}.", {"batch_size": sizes[0]})


def working_sizes(parts: Sequence[int], wanted: int) -> list[int]:
    """Return the batch sizes nearest to `wanted` that cut no image off alone, the nearest first.

    Parameters
    ----------
    parts
        Numbers of images that are each cut into batches.
    wanted
        The batch size that was asked for.
    """
    least, most = 2, int(OPTIONS["batch_size"].maximum or wanted)
    # Above the largest part every size cuts alike, so that nothing new is found there.
    reach = max(wanted, *parts, least)
    works = (
        size
        for step in range(1, reach + 1)
        for size in (wanted + step, wanted - step)
        if least <= size <= most and not any(_has_lone(part, size) for part in parts)
    )
    return list(islice(works, _OFFERED))


def _parts_to_train(trainer: Trainer, config: RunConfig) -> list[int]:
    """Return the rest of the epoch under way and the whole of a later one, where there are any."""
    images, sampler = len(trainer.data.train_labels), trainer.sampler
    rest = 0 if sampler.epoch_done else images - sampler.position
    begun = trainer.epoch + (rest > 0)
    return [part for part in (rest, images if begun < config.epochs else 0) if part]


def _has_lone(images: int, batch_size: int) -> bool:
    return batch_size == 1 or images % batch_size == 1


def _learns_from(trainer: Trainer, frozen: Sequence[str], images: int) -> bool:
    """Whether a training step on so few images gives logits."""
    model, data = trainer.model, trainer.data
    batch = data.train_images[:1].expand(images, -1, -1, -1).clone()
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    devices = [trainer.device] if trainer.device.type == "cuda" else []
    try:
        with modes_kept(model), torch.random.fork_rng(devices), torch.no_grad():
            for name in freezable(model):
                model.get_submodule(name).train(name not in frozen)
            logits = functional_call(model, buffers, (batch,))
    except Exception:  # noqa: BLE001 - a network of the user's own may raise anything
        return False
    return isinstance(logits, Tensor) and logits.shape == (images, len(data.classes))


def _what(trainer: Trainer, batch_size: int) -> str:
    images = len(trainer.data.train_labels)
    alone = "each batch has" if batch_size == 1 else f"the last batch of {images:,} images has"
    has_norm = any(isinstance(module, _BATCH_NORMS) for module in trainer.model.modules())
    who = "batch normalisation" if has_norm else "this network"
    return (
        f"With batch size {batch_size:,} {alone} one image only, "
        f"and {who} cannot learn from a single one."
    )
