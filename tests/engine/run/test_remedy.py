"""The rate that is offered after a divergence: no smaller than it has to be."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.remedy import rate_that_works


@pytest.mark.parametrize("good", [0.25, 0.5, 2.0])
@pytest.mark.parametrize("thirds", [1, 2, 3])
def test_thirds_are_taken_until_the_rate_is_no_greater_than_one_that_was_good(
    good: float, thirds: int
) -> None:
    """Powers of two, so that the way back by thirds is exact."""
    config = RunConfig.parse({"learning_rate": good * 3**thirds})
    assert rate_that_works(config, good_rate=good) == good
    between = config.with_changes({"learning_rate": 1.5 * good * 3**thirds})
    assert rate_that_works(between, good_rate=good) == pytest.approx(good / 2, rel=0.05)


@pytest.mark.parametrize("good", [None, 0.3, 5.0])
def test_an_earlier_rate_counts_only_where_a_smaller_one_than_the_present_was_good(
    good: float | None,
) -> None:
    config = RunConfig.parse({"learning_rate": 0.3, "optimizer": "adam"})
    assert rate_that_works(config, 0.2, good) == rate_that_works(config)


def test_momentum_makes_the_usual_rate_smaller_where_the_optimizer_has_it() -> None:
    config = RunConfig.parse({"learning_rate": 1000.0, "optimizer": "sgd"})
    plain, heavy = (
        rate_that_works(config.with_changes({"momentum": momentum})) for momentum in (0.0, 0.9)
    )
    assert plain / 40 < heavy <= plain / 3
    adam = config.with_changes({"optimizer": "adam"})
    assert rate_that_works(adam.with_changes({"momentum": 0.9})) == rate_that_works(adam)
