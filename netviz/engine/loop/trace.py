"""The next step, line by line: it is made on a copy as the run will make it."""

from collections.abc import Generator
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from netviz.engine.loop.listener import Listener, gradient_norm, total
from netviz.engine.network.describe import layer_title
from netviz.engine.protocol.loop.loss_by_hand import image_losses
from netviz.engine.protocol.loop.step_traced import (
    SHOWN,
    LayerTraced,
    ParameterTraced,
    StepTraced,
    UpdateTraced,
    WeightPlace,
)
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec
from netviz.engine.training.trainer import Batch, Trainer

_FOLLOWED = "weight"


def trace_step(trial: Trial, run: int) -> Generator[None, None, StepTraced]:
    """Make the next step, and listen to it.

    Where gradients are summed over several batches, more of them are made until the weights move:
    the update is told with the step that makes it. Yields after each batch.

    Parameters
    ----------
    trial
        Begun at the moment in question. `Trial.about` is the `WeightPlace` to follow; None to
        go on with the one that was followed before.
    run
        Number of the run.

    Returns
    -------
    StepTraced
        As the generator's value.
    """
    trainer = trial.trainer
    config, step = trainer.config, trainer.step
    followed = trial.about or trial.memory.get(_FOLLOWED)
    with trial.resumed() as copy:
        listener = Listener(copy, followed if isinstance(followed, WeightPlace) else None)
        before = gradient_norm(copy.model) if not copy.summed else None
        summed = copy.summed + 1
        with listener.listening():
            batch = copy.train_batch()
        # What the figures need of this batch, before another one follows.
        figures = _figures(copy, listener, batch)
        updates = not copy.only_accumulated
    batches, has_moved = summed, updates
    while not has_moved:
        yield
        with trial.resumed() as copy, listener.listening():
            batches, batch = copy.summed + 1, copy.train_batch()
            has_moved = not copy.only_accumulated
    yield
    with trial.resumed() as copy:
        update = _update(copy, listener, batches, batch.learning_rate)
    trial.memory[_FOLLOWED] = update.weight.place
    base = config.learning_rate
    return StepTraced(
        run,
        step,
        config,
        norm_before=before,
        rate_factor=figures["learning_rate"] / base if base else 1.0,
        summed=summed,
        updates=updates,
        update=update,
        **figures,
    )


def _figures(copy: Trainer, listener: Listener, batch: Batch) -> dict[str, Any]:
    """Return what is told of the batch itself."""
    logits = batch.logits.float().cpu().numpy()
    labels = batch.labels.cpu().numpy()
    images = listener.images[:SHOWN].clamp(0, 1).mul(255).round().byte().cpu().numpy()
    return {
        "batch_shape": tuple(listener.images.shape),
        "logits_shape": tuple(logits.shape),
        "images": images,
        "labels": labels[:SHOWN].copy(),
        "logits": logits[:SHOWN].copy(),
        "image_losses": image_losses(logits, labels, copy.config.loss),
        "loss": float(batch.loss),
        "correct": int((logits.argmax(axis=1) == labels).sum()),
        "layers": _layers(copy.model, listener.norms),
        "parameters": _parameters(copy.model),
        "gradient_norm": total(list(listener.norms.values())),
        "learning_rate": batch.learning_rate,
    }


def _update(copy: Trainer, listener: Listener, batches: int, rate: float) -> UpdateTraced:
    """Return what is told of the step that moved the weights."""
    assert listener.weight is not None
    norm = total(list(listener.norms.values())) / batches
    return UpdateTraced(
        copy.step,
        batches,
        copy.config.optimizer,
        _arguments(copy.optimizer, rate),
        norm,
        copy.config.clip_norm,
        copy.clip_factor,
        listener.change,
        listener.changed,
        listener.weight,
    )


def _arguments(optimizer: Optimizer, rate: float) -> dict[str, Any]:
    """Return what the optimizer was told, in plain numbers."""
    (group,) = optimizer.param_groups
    plain = (int, float, bool, tuple)
    return {
        name: value for name, value in group.items() if name != "params" and type(value) in plain
    } | {"lr": rate}


def _layers(model: nn.Module, norms: dict[str, Tensor]) -> tuple[LayerTraced, ...]:
    layers = []
    for name, module in model.named_modules():
        own = [each for each, _ in module.named_parameters(name, recurse=False)]
        if own:
            found = [norms[each] for each in own if each in norms]
            layers.append(LayerTraced(layer_title(module), total(found) if found else None))
    return tuple(layers)


def _parameters(model: nn.Module) -> tuple[ParameterTraced, ...]:
    found = []
    for name, parameter in model.named_parameters():
        owner, _, own = name.rpartition(".")
        title = layer_title(model.get_submodule(owner)) if owner else type(model).__name__
        found.append(ParameterTraced(name, f"{title}: {own}", tuple(parameter.shape)))
    return tuple(found)


TRIAL = TrialSpec(
    StepTraced, "The lines of the next step", trace_step, each_step=True, rests_at_full_speed=True
)
