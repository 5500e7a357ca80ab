"""The losses against their definitions."""

import math

import pytest
import torch

from netviz.engine.options.run_config import LOSSES as DECLARED
from netviz.engine.options.training import chance_level
from netviz.engine.training.losses import LOSSES

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0], [9.0, 8.0, -7.0]])
LABELS = torch.tensor([0, 2, 1, 1])


def probabilities(row: list[float]) -> list[float]:
    total = sum(math.exp(logit) for logit in row)
    return [math.exp(logit) / total for logit in row]


def by_hand(name: str) -> float:
    losses = []
    for row, label in zip(LOGITS.tolist(), LABELS.tolist(), strict=True):
        found = probabilities(row)
        if name == "mse":
            errors = [(p - (i == label)) ** 2 for i, p in enumerate(found)]
            losses.append(sum(errors) / len(errors))
        else:
            losses.append(-math.log(found[label]))
    return sum(losses) / len(losses)


def test_every_declared_loss_is_there() -> None:
    assert LOSSES.keys() == DECLARED.keys()


@pytest.mark.parametrize("name", LOSSES)
def test_value_is_the_definition(name: str) -> None:
    loss = LOSSES[name](LOGITS, LABELS)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(by_hand(name), rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_that_of_the_value(name: str) -> None:
    logits = LOGITS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: LOSSES[name](x, LABELS), logits)


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_against_the_gradient_makes_it_smaller(name: str) -> None:
    logits = LOGITS.clone().requires_grad_()
    before = LOSSES[name](logits, LABELS)
    before.backward()
    assert logits.grad is not None
    assert LOSSES[name](logits.detach() - 0.1 * logits.grad, LABELS) < before


def test_nll_on_log_softmax_is_cross_entropy() -> None:
    torch.testing.assert_close(
        LOSSES["nll"](LOGITS, LABELS), LOSSES["cross-entropy"](LOGITS, LABELS)
    )


@pytest.mark.parametrize("name", ["cross-entropy", "nll"])
def test_huge_logits_stay_finite(name: str) -> None:
    assert LOSSES[name](LOGITS * 1e6, LABELS).isfinite()


@pytest.mark.parametrize("classes", [2, 3, 10, 47])
@pytest.mark.parametrize("name", LOSSES)
def test_the_level_of_chance_is_the_loss_of_equal_logits(name: str, classes: int) -> None:
    labels = torch.arange(classes)
    measured = LOSSES[name](torch.zeros(classes, classes), labels).item()
    assert chance_level(name, classes) == pytest.approx(measured, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_one_class_alone_counts_as_two(name: str) -> None:
    assert chance_level(name, 1) == chance_level(name, 2) > 0
