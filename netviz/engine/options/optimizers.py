"""The optimizers: one entry each, and nothing about them elsewhere.

The control panel's choices and tooltips, which hyperparameters belong to which optimizer, what
torch is called with and what an exported script says are all derived from `OPTIMIZERS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OptimizerKind:
    """One of torch's optimizers.

    Attributes
    ----------
    title
        Its name on the screen.
    help
        One sentence on what it is good for.
    torch_name
        Its class in ``torch.optim``; a name, since the options know nothing of torch.
    arguments
        What it takes beside the learning rate, by torch's names; see `options_of`.
    late_buffers
        Arguments with the buffer that each needs in the optimizer's state. torch makes these
        buffers at a weight's first step only, and so misses what is switched on later.
    usual_rate
        A learning rate at which nearly any network learns something, without momentum.
    """

    title: str
    help: str
    torch_name: str
    arguments: tuple[str, ...]
    late_buffers: Mapping[str, str] = field(default_factory=dict)
    usual_rate: float = 0.002


OPTIMIZERS: Mapping[str, OptimizerKind] = {
    "sgd": OptimizerKind(
        "SGD",
        "Steps straight down the gradient; with momentum and a well-chosen rate still the "
        "choice for many image networks.",
        "SGD",
        ("weight_decay", "momentum", "dampening", "nesterov"),
        usual_rate=0.1,
    ),
    "adam": OptimizerKind(
        "Adam",
        "Gives each weight a rate of its own from its recent gradients; learns fast with "
        "hardly any tuning, a good first choice.",
        "Adam",
        ("weight_decay", "betas", "eps", "amsgrad"),
        {"amsgrad": "max_exp_avg_sq"},
    ),
    "adamw": OptimizerKind(
        "AdamW",
        "Adam with a weight decay that pulls on the weights themselves; take it when you "
        "use weight decay.",
        "AdamW",
        ("weight_decay", "betas", "eps", "amsgrad"),
        {"amsgrad": "max_exp_avg_sq"},
    ),
    "radam": OptimizerKind(
        "RAdam",
        "Adam that is careful in the first steps, while it knows too little; needs no warm-up.",
        "RAdam",
        ("weight_decay", "betas", "eps", "decoupled_weight_decay"),
    ),
    "nadam": OptimizerKind(
        "NAdam",
        "Adam that looks ahead along its momentum; often a little faster than Adam.",
        "NAdam",
        ("weight_decay", "betas", "eps", "momentum_decay", "decoupled_weight_decay"),
    ),
    "rmsprop": OptimizerKind(
        "RMSprop",
        "Divides by the recent size of the gradient, without Adam's momentum; good where "
        "the gradients keep changing.",
        "RMSprop",
        ("weight_decay", "alpha", "eps", "centered", "momentum"),
        {"momentum": "momentum_buffer", "centered": "grad_avg"},
    ),
}

_PAIRS = {"betas": ("beta1", "beta2")}


def options_of(argument: str) -> tuple[str, ...]:
    """Return the options whose values make up one of torch's arguments.

    An argument is the option of the same name, or a pair such as ``betas``.
    """
    return _PAIRS.get(argument, (argument,))


def taken_by(option: str) -> tuple[str, tuple[str, ...]] | None:
    """Return what `Option.only_with` is for a hyperparameter: None where all optimizers take it."""
    takers = tuple(
        name
        for name, kind in OPTIMIZERS.items()
        if any(option in options_of(argument) for argument in kind.arguments)
    )
    return None if len(takers) == len(OPTIMIZERS) else ("optimizer", takers)
