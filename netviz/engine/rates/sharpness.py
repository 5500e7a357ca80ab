"""The sharpness of the training loss: the largest eigenvalue of its Hessian."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from netviz.engine.errors import ModelError
from netviz.engine.network.modes import modes_kept
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.sharpness import SCALED, Sharpness, ceiling_of
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.trainer import Trainer

IMAGES = 200
"""Training images on which it is measured at most."""

FIRST_ROUNDS, ROUNDS = 5, 1
"""Of two products each: where nothing is known of the eigenvector, and from the last one on."""

MOST_KEPT = 2000
"""Steps of which it is kept; of more every other one is dropped."""

_COUPLED_DECAY = ("sgd", "adam", "rmsprop")
_IS_ONE = 1e-5

Product = Callable[[Tensor], Tensor]


class _Memory:
    """What is kept of a run from one measurement to the next."""

    def __init__(self) -> None:
        self.vector: Tensor | None = None
        self.belongs_to: object = None
        self.rows: list[tuple[int, float, float, float]] = []

    def add(self, step: int, sharpness: float, ceiling: float, rate: float) -> None:
        """Note what was found at a step, in the place of what was known from there on."""
        self.rows = [row for row in self.rows if row[0] < step]
        if len(self.rows) >= MOST_KEPT:
            self.rows = self.rows[::2]
        self.rows.append((step, sharpness, ceiling, rate))


def measure_sharpness(trial: Trial, run: int) -> Generator[None, None, Sharpness]:
    """Measure the sharpness of the present weights, from the eigenvector that was found last.

    Each round takes two products of the Hessian with a vector, with the present guess and with
    what the first adds to it, and goes on with the best of what both span: the power iteration,
    but that a large negative eigenvalue does not mislead it (Lanczos' method, begun anew after two
    steps). Yields after each product.

    Parameters
    ----------
    trial
        Begun at the moment in question; remembers the eigenvector.
    run
        Number of the run.

    Returns
    -------
    Sharpness
        Of this step and those measured before, as the generator's value.

    Raises
    ------
    ModelError
        When the network cannot be differentiated twice.
    """
    trainer = trial.trainer
    config, step = trainer.config, trainer.step
    memory = trial.memory.setdefault("sharpness", _Memory())
    scales, rate = _next_update(trial)
    yield
    images, labels = trial.sample(IMAGES)
    with trial.resumed() as copy:
        product, size = _products(copy, config, images, labels, scales)
    belongs_to = config.optimizer, config.frozen, size
    is_known = memory.vector is not None and memory.belongs_to == belongs_to
    vector = memory.vector if is_known else _random_vector(size, trainer.device)
    assert vector is not None
    sharpness = math.nan
    for _ in range(ROUNDS if is_known else FIRST_ROUNDS):
        sharpness, vector = yield from _round(trial, product, vector)
    if math.isfinite(sharpness):
        memory.vector, memory.belongs_to = vector, belongs_to
        memory.add(step, sharpness, ceiling_of(config, sharpness), rate)
    steps, values, ceilings, rates = np.array(memory.rows, np.float64).reshape(-1, 4).T
    count = len(labels)
    return Sharpness(run, step, config, steps.astype(np.int64), values, ceilings, rates, count)


def _next_update(trial: Trial) -> tuple[list[Tensor] | None, float]:
    """Return how the optimizer scales each weight's gradient in the next update, and its rate.

    The copy stands at the present moment again afterwards.
    """
    config = trial.trainer.config
    rate = config.learning_rate
    scales = None
    trial.go_back()
    if config.optimizer in SCALED or config.schedule != "constant":
        with trial.resumed() as copy:
            rate = copy.train_batch().learning_rate
            while copy.only_accumulated:
                copy.train_batch()
            if config.optimizer in SCALED:
                scales = [_scale(copy, config, weight) for weight in _trained(copy.model)]
        trial.go_back()
    return scales, rate


def _trained(model: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in model.parameters() if weight.requires_grad]


def _scale(trainer: Trainer, config: RunConfig, weight: nn.Parameter) -> Tensor:
    """Return what the optimizer divides each number's gradient by; ones where it knows nothing."""
    state = trainer.optimizer.state.get(weight, {})
    if config.optimizer == "rmsprop":
        if "square_avg" not in state:
            return torch.ones_like(weight)
        mean_square: Tensor = state["square_avg"]
        if config.centered and "grad_avg" in state:
            mean_square = mean_square - state["grad_avg"] ** 2
        return mean_square.clamp_min(0).sqrt() + config.eps
    if "exp_avg_sq" not in state:
        return torch.ones_like(weight)
    updates = float(state["step"])
    mean_square = state["max_exp_avg_sq" if config.amsgrad else "exp_avg_sq"]
    root: Tensor = (mean_square / (1 - config.beta2**updates)).sqrt()
    scale: Tensor = (root + config.eps) * (1 - config.beta1**updates)
    return scale


def _products(
    copy: Trainer, config: RunConfig, images: Tensor, labels: Tensor, scales: list[Tensor] | None
) -> tuple[Product, int]:
    """Return what multiplies a vector with the Hessian, and of how many numbers it is.

    Scaled, it is ``S^(-1/2) H S^(-1/2)``, which has the eigenvalues of ``S^(-1) H``.
    """
    weights = _trained(copy.model)
    half = None if scales is None else _flat(scales).rsqrt()
    decay = config.weight_decay if config.optimizer in _COUPLED_DECAY else 0.0
    try:
        with modes_kept(copy.model), torch.enable_grad():
            copy.model.eval()
            loss = LOSSES[config.loss](copy.model(images.clone()), labels)
            slopes = torch.autograd.grad(loss, weights, create_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise _refusal(error) from error
    if any(name.endswith("::Error") for name in _names_of_nodes(slopes)):
        # torch raises only where a derivative passes through, and else leaves it out in silence.
        raise _refusal(RuntimeError("a part of it is marked as differentiable only once"))

    def product(vector: Tensor) -> Tensor:
        along = vector if half is None else half * vector
        try:
            curved = _derivative(slopes, weights, along)
        except RuntimeError as error:
            raise _refusal(error) from error
        curved = curved + decay * along if decay else curved
        return curved if half is None else half * curved

    return product, sum(weight.numel() for weight in weights)


def _derivative(
    slopes: Sequence[Tensor | None], weights: Sequence[Tensor], along: Tensor
) -> Tensor:
    """Differentiate ``slopes · along``, the derivative of which is the Hessian times `along`."""
    parts = torch.split_with_sizes(along, [weight.numel() for weight in weights])
    # What the loss does not depend on, or only in a straight line, curves nothing.
    curved = [
        (slope, part.view_as(slope))
        for slope, part in zip(slopes, parts, strict=True)
        if slope is not None and slope.requires_grad
    ]
    if not curved:
        return torch.zeros_like(along)
    outputs, directions = zip(*curved, strict=True)
    found = torch.autograd.grad(
        outputs, weights, grad_outputs=directions, retain_graph=True, allow_unused=True
    )
    pairs = zip(found, weights, strict=True)
    return _flat([torch.zeros_like(w) if each is None else each for each, w in pairs])


def _names_of_nodes(tensors: Sequence[Tensor | None]) -> Iterator[str]:
    """Yield the names of all operations by which these were computed."""
    waiting = [each.grad_fn for each in tensors if each is not None and each.grad_fn]
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        yield node.name()
        found = {before for before, _ in node.next_functions if before} - seen
        seen |= found
        waiting.extend(found)


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([each.detach().reshape(-1) for each in tensors])


def _refusal(error: RuntimeError) -> Exception:
    """Return what to raise in the place of an error of torch's."""
    if isinstance(error, torch.OutOfMemoryError):
        return error
    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else "no reason"
    return ModelError(
        f"The network cannot be differentiated twice: {reason}.",
        "The other pictures of the tab need no second derivative.",
    )


def _random_vector(count: int, device: torch.device) -> Tensor:
    """Return a vector of length 1, always the same, from a generator of its own."""
    generator = torch.Generator().manual_seed(0)
    vector = torch.randn(count, generator=generator).to(device)
    return nn.functional.normalize(vector, dim=0)


def _round(
    trial: Trial, product: Product, vector: Tensor
) -> Generator[None, None, tuple[float, Tensor]]:
    """Return a better guess of the largest eigenvalue and its vector."""
    with trial.resumed():
        image = product(vector)
        height = float(vector @ image)
        rest = image - height * vector
        reach = float(rest.norm())
    yield
    if not math.isfinite(reach) or reach <= _IS_ONE * abs(height):
        return height, vector
    across = rest / reach
    with trial.resumed():
        other = float(across @ product(across))
    yield
    if not math.isfinite(other):
        return math.nan, vector
    heights, axes = np.linalg.eigh(np.array([[height, reach], [reach, other]]))
    better = float(axes[0, 1]) * vector + float(axes[1, 1]) * across
    return float(heights[1]), better / better.norm()


TRIAL = TrialSpec(Sharpness, "The sharpness of the loss", measure_sharpness, each_step=True)
"""Measured of each step of a slow pace: it takes a few milliseconds."""
