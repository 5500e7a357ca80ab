"""What was found is told once, again only when it comes anew, and forgotten on going back."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.findings.situation import Situation
from netviz.engine.findings.watch import AWAY, KEPT, FindingWatch
from netviz.engine.protocol.findings import FindingKind
from tests.engine.findings.situations import STEPS, look, measurements, score, situation

FLAT = [2.31, 2.305, 2.303, 2.302, 2.301]


def stuck(epoch: int) -> Situation:
    """A run that learns nothing."""
    losses = [*FLAT, *[2.3] * epoch][: epoch + 1]
    return situation({"learning_rate": 1e-6}, measurements=measurements(losses))


def well(epoch: int) -> Situation:
    """A run that learns well, at this epoch."""
    return replace(situation(), step=epoch * STEPS, epoch=epoch)


def kinds(watch: FindingWatch) -> list[FindingKind]:
    return [finding.kind for finding in watch.found]


def test_what_holds_on_is_told_once() -> None:
    watch = FindingWatch()
    changes = [watch.ask(stuck(epoch)) for epoch in range(3, 9)]
    assert changes == [True, False, False, False, False, False]
    assert kinds(watch) == [FindingKind.NOT_LEARNING]
    assert watch.holding == watch.found


def test_what_is_away_for_a_moment_is_hidden_and_comes_back_as_the_same() -> None:
    watch = FindingWatch()
    watch.ask(stuck(3))
    assert watch.ask(well(4))
    assert watch.holding == ()
    assert watch.ask(stuck(5))
    assert watch.holding == watch.found
    assert len(watch.found) == 1


def test_what_was_away_for_long_is_told_anew() -> None:
    watch = FindingWatch()
    watch.ask(stuck(3))
    for epoch in range(4, 4 + AWAY):
        watch.ask(well(epoch))
    assert watch.ask(stuck(10))
    assert [finding.step for finding in watch.found] == [3 * STEPS, 10 * STEPS]
    assert watch.holding == watch.found[1:]


def test_going_back_before_it_forgets_it_and_it_can_be_told_again() -> None:
    watch = FindingWatch()
    watch.ask(stuck(4))
    watch.truncate(3 * STEPS)
    assert watch.found == watch.holding == ()
    assert watch.ask(stuck(4))
    assert len(watch.found) == 1


def test_going_back_to_after_it_keeps_it_as_it_was_then() -> None:
    watch = FindingWatch()
    watch.ask(stuck(3))
    for epoch in range(4, 9):
        watch.ask(well(epoch))
    watch.ask(stuck(10))
    assert len(watch.found) == 2
    watch.truncate(3 * STEPS)
    assert watch.holding == watch.found
    assert not watch.ask(stuck(4))
    assert len(watch.found) == 1


def test_what_a_saved_run_was_told_is_not_told_again_when_it_goes_on() -> None:
    watch = FindingWatch()
    watch.ask(stuck(4))
    again = FindingWatch(watch.found)
    again.ask(stuck(5))
    assert again.found == watch.found


def test_only_the_last_looks_and_scores_are_kept() -> None:
    watch = FindingWatch()
    for step in range(1, 100):
        watch.add_look(look(step))
        watch.add_score(score(step, [0.9] * 10))
    assert [each.step for each in watch.looks] == [*range(100 - KEPT, 100)]
    assert len(watch.scores) == KEPT
    watch.truncate(90)
    assert watch.looks[-1].step == watch.scores[-1].step == 90


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 40))
def test_going_back_and_coming_again_tells_the_same(holds: list[bool], back: int) -> None:
    """The findings depend on what happened up to now, not on what was forgotten."""

    def ask(watch: FindingWatch, first: int) -> None:
        for epoch, is_so in enumerate(holds):
            if epoch >= first:
                case = stuck(3) if is_so else well(3)
                watch.ask(replace(case, step=(epoch + 1) * STEPS))

    straight, returned = FindingWatch(), FindingWatch()
    ask(straight, 0)
    ask(returned, 0)
    returned.truncate(back * STEPS)
    ask(returned, back)
    assert returned.found == straight.found
    assert returned.holding == straight.holding
