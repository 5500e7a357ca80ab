"""What is said of the sharpness: how the rate stands to its ceiling, and where none is known."""

import math
from typing import Any

import numpy as np
import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.sharpness import Sharpness, ceiling_of, in_words, limit_of


def found(value: float, rate: float, step: int = 9, **changes: Any) -> Sharpness:
    config = RunConfig(**changes)
    ceiling = ceiling_of(config, value)
    figures = (np.array([each]) for each in (value, ceiling, rate))
    return Sharpness(1, step, config, np.array([9]), *figures, 200)


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"optimizer": "sgd"}, 2.0),
        ({"optimizer": "sgd", "momentum": 0.9}, 3.8),
        ({"optimizer": "sgd", "momentum": 0.9, "nesterov": True}, 3.8 / 2.8),
        ({"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "dampening": 0.5}, 7.6),
        ({"optimizer": "adam"}, 38.0),
        ({"optimizer": "adamw", "beta1": 0.5}, 6.0),
        ({"optimizer": "rmsprop", "momentum": 0.5}, 3.0),
        ({"optimizer": "radam"}, None),
        ({"optimizer": "nadam"}, None),
    ],
)
def test_the_limits_are_those_of_the_literature(
    changes: dict[str, Any], limit: float | None
) -> None:
    assert limit_of(RunConfig(**changes)) == (limit if limit is None else pytest.approx(limit))


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"optimizer": "sgd"}, 2.0),
        ({"optimizer": "sgd", "momentum": 0.9}, 3.8),
        ({"optimizer": "sgd", "momentum": 0.9, "nesterov": True}, 3.8 / 2.8),
    ],
)
def test_a_quadratic_loss_diverges_just_above_the_limit(
    changes: dict[str, Any], limit: float
) -> None:
    import torch

    from netviz.engine.training.optimizers import build_optimizer

    def after(factor: float) -> float:
        config = RunConfig(**changes, learning_rate=factor * limit / 5.0)
        weight = torch.nn.Parameter(torch.ones(()))
        optimizer = build_optimizer(config, [weight])
        for _ in range(1000):
            optimizer.zero_grad()
            (5.0 * weight**2 / 2).backward()  # of sharpness 5
            optimizer.step()
        return abs(float(weight.detach()))

    assert after(0.97) < 1
    assert not after(1.03) < 1e3


def test_in_words_with_the_rate_below_its_ceiling() -> None:
    words = in_words(found(20.0, 0.03, optimizer="sgd"))
    assert words == "The curvature allows rates up to 0.1 now, 3.3 × the rate used."


def test_in_words_with_the_rate_above_it() -> None:
    words = in_words(found(20.0, 0.3, optimizer="sgd"))
    assert "The rate used is 3 times that: steps may overshoot" in words


def test_in_words_without_a_ceiling() -> None:
    words = in_words(found(20.0, 0.3, optimizer="radam"))
    assert words == "The sharpness is 20; for RAdam no ceiling is known."
    assert "hardly curves" in in_words(found(-1.0, 0.3, optimizer="sgd"))


def test_in_words_of_a_ruined_network() -> None:
    assert "no number" in in_words(found(20.0, 0.3, step=12, optimizer="sgd"))


def test_a_loss_that_hardly_curves_has_no_ceiling() -> None:
    config = RunConfig(optimizer="sgd")
    assert math.isinf(ceiling_of(config, 0.0))
    assert math.isinf(ceiling_of(config, 1e-5))
    assert ceiling_of(config, 1.0) == 2.0
