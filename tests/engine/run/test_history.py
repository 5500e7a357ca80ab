"""The history of a run."""

import numpy as np
import pytest

from netviz.engine.run.history import StepHistory


def filled(count: int) -> StepHistory:
    history = StepHistory()
    history.extend(np.arange(1, count + 1), np.linspace(2, 1, count), np.full(count, 0.1))
    return history


def test_history_keeps_every_step_in_order() -> None:
    history = StepHistory()
    for start in range(1, 5001, 100):
        steps = np.arange(start, start + 100)
        history.extend(steps, steps / 2, steps / 4)
    assert len(history) == history.last_step == 5000
    assert np.array_equal(history.steps, np.arange(1, 5001))
    assert np.array_equal(history.losses, history.steps / np.float32(2))
    assert np.array_equal(history.learning_rates, history.steps / 4)
    assert (history.losses.dtype, history.learning_rates.dtype) == (np.float32, np.float64)


def test_history_hands_out_views_that_nobody_can_write() -> None:
    with pytest.raises(ValueError, match="read-only"):
        filled(3).losses[0] = 0


def test_a_part_of_a_history_goes_on_by_itself() -> None:
    history = filled(3000)
    part = history.until(10)
    part.extend([11], [7], [0.5])
    assert (len(part), part.losses[-1]) == (11, 7)
    assert (len(history), history.losses[10]) == (3000, filled(3000).losses[10])
    history.clear()
    assert (len(history), history.last_step) == (0, 0)


@pytest.mark.parametrize(
    ("steps", "numbers"), [([3], [1]), ([4, 4], [1, 1]), ([5, 4], [1, 1]), ([4, 5], [1])]
)
def test_history_refuses_what_does_not_go_on(steps: list[int], numbers: list[float]) -> None:
    history = filled(3)
    with pytest.raises(ValueError, match=r"increase|length"):
        history.extend(steps, numbers, numbers)
    assert len(history) == 3
