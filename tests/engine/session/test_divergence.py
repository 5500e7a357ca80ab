"""A learning rate that is far too large: the run goes on, or its failure is explained."""

from typing import Any

import numpy as np
import pytest

from netviz.engine.options.run_config import LOSSES, OPTIMIZERS, RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.number_text import number_text
from tests.support import Driven, losses, only

pytestmark = [
    pytest.mark.usefixtures("few_digits", "every_batch_told"),
    pytest.mark.parametrize("rate", [10.0, 1000.0]),
    pytest.mark.parametrize("loss", LOSSES),
    pytest.mark.parametrize("optimizer", OPTIMIZERS),
]

SHALLOW: dict[str, Any] = {"hidden": (16,)}
"""At any of these rates its loss grows to 1e11 at most, far below what overflows."""

DEEP_LINEAR: dict[str, Any] = {
    "model": "layers",
    "layers": ("flatten", *["linear 64"] * 24),
    "weight_decay": 10.0,
}
"""The logits are a product of 25 matrices that grow with the rate: they overflow by step 3."""


def run_with(network: dict[str, Any], optimizer: str, loss: str, rate: float) -> Driven:
    values = {"optimizer": optimizer, "loss": loss, "learning_rate": rate, **network}
    return Driven(RunConfig.parse({"epochs": 3, "device": "cpu", "threads": 1, **values}))


def assert_finished_with_finite_losses(driven: Driven) -> None:
    assert driven.state is State.FINISHED
    assert np.isfinite(list(losses(driven.events).values())).all()
    assert driven.step == 60


def test_a_shallow_network_goes_on_at_a_hopeless_rate(
    optimizer: str, loss: str, rate: float
) -> None:
    driven = run_with(SHALLOW, optimizer, loss, rate)
    told = driven.do(commands.Start())
    assert not only(told, events.Failed)
    assert_finished_with_finite_losses(driven)


def test_a_deep_network_diverges_and_recovers_by_the_remedy_that_is_offered(
    optimizer: str, loss: str, rate: float
) -> None:
    driven = run_with(DEEP_LINEAR, optimizer, loss, rate)
    told = driven.do(commands.Start())
    assert driven.state is State.FAILED
    times = 0
    while driven.state is State.FAILED:
        failed = only(told, events.Failed)[-1]
        assert "The loss became" in failed.message
        assert failed.hint.count(".") >= 1
        assert "probably too large" in failed.hint
        offered = failed.remedy["learning_rate"]
        assert offered <= rate / 2.9
        assert len(number_text(offered)) <= 7
        assert failed.rewind_step is not None
        told = driven.do(commands.Rewind(failed.remedy))
        back = only(told, events.Prepared)[0]
        assert back.step == failed.rewind_step
        rate = offered
        assert only(told, events.Changed)[-1].config.learning_rate == pytest.approx(rate)
        told = driven.do(commands.Start())
        times += 1
        assert times < 20, "a smaller rate, again and again, must end well"
    assert_finished_with_finite_losses(driven)
