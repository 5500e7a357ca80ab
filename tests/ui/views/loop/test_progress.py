"""Line after line of a step is gone through, and the next step waits until it is asked for."""

from dataclasses import replace

from netviz.engine.protocol.loop.loop_code import Does
from netviz.ui.views.loop.progress import Progress
from tests.ui.views.loop.steps import a_step, gathering


def test_a_step_begins_with_its_batch_and_ends_with_the_optimizer() -> None:
    progress = Progress()
    progress.take(a_step(), keeps_end=True)
    lit = [progress.lit]
    while not progress.is_at_end:
        progress.advance()
        lit.append(progress.lit)
    assert lit == [Does.BATCH, Does.ZERO, Does.FORWARD, Does.LOSS, Does.BACKWARD, Does.STEP]
    assert progress.done == frozenset(lit)


def test_a_step_that_only_adds_to_the_gradient_skips_what_does_not_run() -> None:
    progress = Progress()
    progress.take(gathering(), keeps_end=True)
    assert Does.ZERO not in progress.turns
    assert Does.STEP not in progress.turns
    assert progress.turns[-1] is Does.COUNT


def test_the_next_step_waits_until_the_user_goes_on() -> None:
    progress = Progress()
    progress.take(a_step(), keeps_end=True)
    progress.finish()
    progress.take(a_step(1), keeps_end=True)
    assert progress.traced is not None
    assert progress.traced.step == 0
    assert progress.has_next
    progress.advance()
    assert (progress.traced.step, progress.position) == (1, 0)
    assert progress.previous is not None
    assert progress.previous.step == 0


def test_the_same_step_with_other_values_keeps_its_line() -> None:
    progress = Progress()
    progress.take(a_step(), keeps_end=True)
    progress.advance()
    other = replace(a_step(clip_norm=2.0), loss=9.0)
    progress.take(other, keeps_end=True)
    assert progress.traced is other
    assert progress.position == 1


def test_another_step_in_slow_motion_begins_at_its_first_line() -> None:
    progress = Progress()
    progress.take(a_step(), keeps_end=False)
    progress.finish()
    progress.take(a_step(1), keeps_end=False)
    assert progress.lit is Does.BATCH
