"""Traces of made-up steps."""

from dataclasses import replace

import numpy as np

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.loop.loss_by_hand import image_losses
from netviz.engine.protocol.loop.step_traced import (
    LayerTraced,
    ParameterTraced,
    StepTraced,
    UpdateTraced,
    WeightPlace,
    WeightTraced,
)

PLACE = WeightPlace("1.weight", (2, 5))


def a_step(step: int = 0, **changes: object) -> StepTraced:
    """Return the trace of a step of plain SGD on three images, with some settings changed."""
    logits = np.array([[2, -1, 0.5], [0.25, 1.5, -3], [-0.5, 0.75, 1]], np.float32)
    labels = np.array([0, 2, 1])
    config = RunConfig().with_changes({"optimizer": "sgd", "learning_rate": 0.5, **changes})
    losses = image_losses(logits, labels, config.loss)
    weight = WeightTraced(PLACE, 0.75, 0.625, 0.25, 0.25, {}, {})
    update = UpdateTraced(
        step + 1, 1, "sgd", {"lr": 0.5}, 1.5, config.clip_norm, 1.0, 0.125, PLACE, weight
    )
    return StepTraced(
        run=1,
        step=step,
        config=config,
        batch_shape=(3, 1, 4, 4),
        logits_shape=(3, 3),
        images=np.zeros((3, 1, 4, 4), np.uint8),
        labels=labels,
        logits=logits,
        image_losses=losses,
        loss=float(losses.mean()),
        correct=1,
        layers=(LayerTraced("Linear 16 → 8", 1.25), LayerTraced("Linear 8 → 3", None)),
        parameters=(
            ParameterTraced("1.weight", "Linear 16 → 8: weight", (8, 16)),
            ParameterTraced("1.bias", "Linear 16 → 8: bias", (8,)),
        ),
        norm_before=2.5,
        gradient_norm=1.25,
        learning_rate=0.5,
        rate_factor=1.0,
        summed=1,
        updates=True,
        update=update,
    )


def gathering(step: int = 0) -> StepTraced:
    """Return the trace of a step that only adds to the gradient."""
    return replace(a_step(step, accumulate=3), summed=2, updates=False)
