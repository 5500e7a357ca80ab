"""The options of the optimizer's details; `optimizers` says which optimizer takes which."""

from typing import Annotated

from pydantic import BaseModel

from netviz.engine.options.optimizers import taken_by
from netviz.engine.options.option import Effect, Option, Section


class HyperparameterOptions(BaseModel):
    """What the optimizer does with the gradients."""

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
            "Over how many batches the gradient is averaged before the weights move; "
            "at an epoch's end over those that are left.",
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
