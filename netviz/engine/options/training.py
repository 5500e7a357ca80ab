"""The options of the loss, the optimizer and the learning rate."""

from typing import Annotated

from pydantic import BaseModel

from netviz.engine.options.optimizers import OPTIMIZERS, taken_by
from netviz.engine.options.option import Effect, Option, Section

LOSSES = {
    "cross-entropy": "Cross-entropy",
    "nll": "NLL on log-softmax",
    "mse": "MSE on one-hot",
}
SCHEDULES = {
    "constant": "Constant",
    "step": "Step",
    "exponential": "Exponential",
    "cosine": "Cosine",
    "warmup": "Linear warm-up",
    "one-cycle": "One cycle",
    "plateau": "Reduce on plateau",
}

LOSS_HELP = {
    "cross-entropy": "The usual one for one class out of several; takes the network's raw "
    "outputs (logits) and penalises a confident wrong prediction most.",
    "nll": "The same number in two steps, as many tutorials write it: log-softmax at the end of "
    "the network, then the negative log-likelihood of the correct class.",
    "mse": "The squared distance to the one-hot label: forgiving where labels may be wrong, but "
    "slow to unlearn confident mistakes.",
}
SCHEDULE_HELP = {
    "constant": "The rate stays where you put it: the one to start with and to learn from.",
    "step": "Falls by a factor every few epochs: long steps first, then fine ones.",
    "exponential": "Falls by a factor after each epoch: early and steadily.",
    "cosine": "Falls slowly, then fast, then slowly to zero at the last epoch; a good choice "
    "when you know how long you train.",
    "warmup": "Rises from a small rate in the first epochs, so that fresh weights and Adam's "
    "averages can settle.",
    "one-cycle": "Rises to the full rate and falls far below it at the end; allows a large rate "
    "and a short run.",
    "plateau": "Falls by a factor when the test loss gets no better for some epochs.",
}


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
    schedule: Annotated[
        str,
        Option(
            "Schedule",
            "How the learning rate changes by itself; the learning rate above is the base.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            choices=SCHEDULES,
            choice_help=SCHEDULE_HELP,
        ),
    ] = "constant"
    gamma: Annotated[
        float,
        Option(
            "Factor",
            "The factor by which the learning rate falls each time.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1,
            step=0.05,
            only_with=("schedule", ("step", "exponential", "plateau")),
            short="gamma",
        ),
    ] = 0.5
    step_epochs: Annotated[
        int,
        Option(
            "Step length",
            "After how many epochs the learning rate falls by the factor.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=1,
            maximum=10000,
            only_with=("schedule", ("step",)),
        ),
    ] = 5
    patience: Annotated[
        int,
        Option(
            "Patience",
            "How many epochs to wait for a better test loss before the rate falls.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1000,
            only_with=("schedule", ("plateau",)),
        ),
    ] = 2
    warmup_epochs: Annotated[
        int,
        Option(
            "Warm-up epochs",
            "Over how many epochs the learning rate rises to its full value.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=1,
            maximum=1000,
            only_with=("schedule", ("warmup",)),
        ),
    ] = 1
    warmup_start: Annotated[
        float,
        Option(
            "Warm-up start",
            "The factor of the learning rate at the first step.",
            Effect.NEXT_BATCH,
            Section.SCHEDULE,
            minimum=0,
            maximum=1,
            step=0.01,
            only_with=("schedule", ("warmup",)),
        ),
    ] = 0.01
    weight_decay: Annotated[
        float,
        Option(
            "Weight decay",
            "Pulls all weights towards zero at each step, against overfitting.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=10,
            step=0.0001,
            only_with=taken_by("weight_decay"),
        ),
    ] = 0.0
    decoupled_weight_decay: Annotated[
        bool,
        Option(
            "Decoupled decay",
            "Applies the weight decay to the weights themselves, as AdamW does.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            only_with=taken_by("decoupled_weight_decay"),
        ),
    ] = False
    beta1: Annotated[
        float,
        Option(
            "Beta 1",
            "How much of the mean gradient is kept from step to step.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=0.9999,
            step=0.01,
            only_with=taken_by("beta1"),
        ),
    ] = 0.9
    beta2: Annotated[
        float,
        Option(
            "Beta 2",
            "How much of the mean squared gradient is kept from step to step.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=0.99999,
            step=0.001,
            only_with=taken_by("beta2"),
        ),
    ] = 0.999
    eps: Annotated[
        float,
        Option(
            "Epsilon",
            "Added to the divisor so that a tiny gradient does not make a huge step.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=1,
            logarithmic=True,
            only_with=taken_by("eps"),
        ),
    ] = 1e-8
    amsgrad: Annotated[
        bool,
        Option(
            "AMSGrad",
            "Divides by the largest mean squared gradient so far instead of the present one.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            only_with=taken_by("amsgrad"),
        ),
    ] = False
    momentum_decay: Annotated[
        float,
        Option(
            "Momentum decay",
            "How fast the look-ahead of NAdam reaches its full momentum.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=1,
            step=0.001,
            only_with=taken_by("momentum_decay"),
        ),
    ] = 0.004
    alpha: Annotated[
        float,
        Option(
            "Alpha",
            "How much of the mean squared gradient RMSprop keeps from step to step.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=0.99999,
            step=0.01,
            only_with=taken_by("alpha"),
        ),
    ] = 0.99
    centered: Annotated[
        bool,
        Option(
            "Centered",
            "Divides by the spread of the gradient around its mean, not around zero.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            only_with=taken_by("centered"),
        ),
    ] = False
    dampening: Annotated[
        float,
        Option(
            "Dampening",
            "How much of the new gradient the momentum leaves out.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=1,
            step=0.05,
            only_with=taken_by("dampening"),
        ),
    ] = 0.0
    accumulate: Annotated[
        int,
        Option(
            "Accumulate batches",
            "Over how many batches gradients are summed before the weights move.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=1,
            maximum=1024,
            short="accumulate",
        ),
    ] = 1
    clip_norm: Annotated[
        float,
        Option(
            "Clip gradients at",
            "Shortens the gradient to this length when it is longer; 0 never does.",
            Effect.NEXT_BATCH,
            Section.OPTIMIZER,
            minimum=0,
            maximum=1000,
            step=0.5,
            short="clip",
        ),
    ] = 0.0
