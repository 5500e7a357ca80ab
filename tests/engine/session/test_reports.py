"""What the session says of what happened."""

import math

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.session.reports import not_finite


@pytest.mark.parametrize(
    ("loss", "said"),
    [(math.nan, "not a number (NaN)"), (math.inf, "infinite"), (-math.inf, "infinite")],
)
@pytest.mark.parametrize("better", [None, 0.0125])
def test_a_loss_that_is_no_number_is_called_what_it_is(
    loss: float, said: str, better: float | None
) -> None:
    error = not_finite(loss, 1234, RunConfig.parse({"learning_rate": 30.0}), better)
    assert error.message == f"The loss became {said} at step 1,234."
    assert "The learning rate 30 is probably too large" in error.hint
    assert error.remedy["learning_rate"] == better or better is None
    assert error.remedy["learning_rate"] < 30
