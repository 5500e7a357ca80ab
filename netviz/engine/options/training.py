"""The options of the training itself: learning rate, optimizer, batches, loss."""

import math
from typing import Annotated

from pydantic import BaseModel

from netviz.engine.options.optimizers import OPTIMIZERS, taken_by
from netviz.engine.options.option import Effect, Option, Section

LOSSES = {
    "cross-entropy": "Cross-entropy",
    "nll": "NLL on log-softmax",
    "mse": "MSE on one-hot",
}

LOSS_HELP = {
    "cross-entropy": "The usual one for one class out of several; takes the network's raw "
    "outputs (logits) and penalises a confident wrong prediction most.",
    "nll": "The same number in two steps, as many tutorials write it: log-softmax at the end of "
    "the network, then the negative log-likelihood of the correct class.",
    "mse": "The squared distance to the one-hot label: forgiving where labels may be wrong, but "
    "slow to unlearn confident mistakes.",
}


def chance_level(loss: str, classes: int) -> float:
    """Return the loss of a network that says the same of every class.

    >>> round(chance_level("cross-entropy", 10), 3), round(chance_level("mse", 10), 3)
    (2.303, 0.09)
    """
    classes = max(2, classes)
    return (1 - 1 / classes) / classes if loss == "mse" else math.log(classes)


class TrainingOptions(BaseModel):
    """How the network is trained."""

    learning_rate: Annotated[
        float,
        Option(
            "Learning rate",
            "How far each step moves the weights against the gradient; "
            "too small learns slowly, too large jumps about or diverges.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=0,
            maximum=1000,
            logarithmic=True,
            short="lr",
        ),
    ] = 0.001
    optimizer: Annotated[
        str,
        Option(
            "Optimizer",
            "The rule that turns gradients into a change of the weights; "
            "switching keeps the weights and starts with an empty optimizer state.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            choices={name: kind.title for name, kind in OPTIMIZERS.items()},
            choice_help={name: kind.help for name, kind in OPTIMIZERS.items()},
        ),
    ] = "adam"
    momentum: Annotated[
        float,
        Option(
            "Momentum",
            "How much of the last step's direction the next one keeps.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=0,
            maximum=0.9999,
            step=0.05,
            only_with=taken_by("momentum"),
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Option(
            "Nesterov",
            "Looks ahead along the momentum before it measures; needs a momentum above 0.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            only_with=taken_by("nesterov"),
        ),
    ] = False
    epochs: Annotated[
        int,
        Option(
            "Epochs",
            "How many times the run goes through all training images; "
            "raise it after the end and the run goes on.",
            Effect.ANY_TIME,
            Section.TRAINING,
            minimum=1,
            maximum=100_000,
        ),
    ] = 20
    batch_size: Annotated[
        int,
        Option(
            "Batch size",
            "How many images the gradient of one step is averaged over.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            minimum=1,
            maximum=60_000,
            logarithmic=True,
            short="batch",
        ),
    ] = 10
    loss: Annotated[
        str,
        Option(
            "Loss",
            "The number that training makes small: how wrong the network's predictions are.",
            Effect.NEXT_BATCH,
            Section.TRAINING,
            choices=LOSSES,
            choice_help=LOSS_HELP,
        ),
    ] = "cross-entropy"
