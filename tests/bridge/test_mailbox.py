"""The mailbox: bounded, in order, and nothing that happens once is lost."""

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.bridge import mailbox
from netviz.bridge.mailbox import CAPACITY_POINTS, Mailbox
from netviz.engine.protocol.events import (
    EpochFinished,
    Event,
    InLane,
    LaneEvent,
    LookedBack,
    Progress,
    StateChanged,
)
from netviz.engine.protocol.layer_record import LayerRecord, LayersRecorded
from netviz.engine.protocol.observations import Prediction, WeightsObserved
from netviz.engine.protocol.run_state import Measurement, State


def progress(first: int, losses: Any, run: int = 1) -> Progress:
    losses = np.asarray(losses, np.float32)
    steps = np.arange(first, first + len(losses))
    return Progress(run, steps, losses, steps / 1000, 1, first, 99, 0.5, 1.0, float(first))


def epoch(step: int, run: int = 1) -> EpochFinished:
    return EpochFinished(run, Measurement(step, step, 0, 0, 0, 0, 0, 0))


def observed(step: int, run: int = 1) -> WeightsObserved:
    return WeightsObserved(run, step, ())


def answered(step: int, run: int = 1, request: int = 0) -> Prediction:
    nothing = np.zeros(0, np.float32)
    return Prediction(run, request, step, nothing, nothing)


def points(events: list[Event]) -> list[int]:
    """All steps that are told, in the order in which they are told."""
    return [
        step for event in events if isinstance(event, Progress) for step in event.steps.tolist()
    ]


def test_what_was_put_is_collected_once_and_in_order() -> None:
    box = Mailbox()
    events = [StateChanged(1, State.RUNNING, 0, 1), epoch(1), epoch(2)]
    for event in events:
        box.put(event)
    assert box.collect() == events
    assert box.collect() == []


def test_putting_says_whether_the_box_was_empty() -> None:
    box = Mailbox()
    assert box.put(epoch(1))
    assert not box.put(epoch(2))
    assert not box.put(progress(1, [1]))
    box.collect()
    assert box.put(progress(2, [1]))
    assert not box.put(progress(3, [1]))
    box.collect()
    assert box.put(observed(1))
    assert not box.put(observed(2))


def test_what_the_user_waits_for_is_told_whatever_lies_in_the_box() -> None:
    box = Mailbox()
    box.put(progress(1, [1]))
    assert not box.is_urgent
    assert box.put(StateChanged(1, State.PAUSED, 1, 1))
    assert box.is_urgent
    box.collect()
    assert not box.is_urgent


def test_the_first_answer_to_a_drawing_is_urgent_and_later_ones_are_not() -> None:
    box = Mailbox()
    box.put(progress(1, [1]))
    urgent = [
        box.put(answered(step, request=request)) for step, request in ((1, 1), (2, 1), (2, 2))
    ]
    assert urgent == [True, False, True]


def test_progress_is_merged_with_the_newest_figures() -> None:
    box = Mailbox()
    for first in (1, 4, 7):
        box.put(progress(first, [first, first + 1, first + 2]))
    (merged,) = box.collect()
    assert isinstance(merged, Progress)
    assert merged.steps.tolist() == merged.losses.tolist() == list(range(1, 10))
    np.testing.assert_array_equal(merged.learning_rates, merged.steps / 1000)
    assert (merged.batch, merged.remaining_s) == (7, 7.0)


def test_progress_is_not_merged_over_what_happened_in_between_nor_with_another_run() -> None:
    box = Mailbox()
    for event in (
        *(progress(1, [1]), epoch(1), progress(2, [1]), progress(3, [1])),
        *(progress(1, [1], run=2), StateChanged(2, State.PAUSED, 1, 1), progress(2, [1], run=2)),
    ):
        box.put(event)
    told = box.collect()
    assert [type(event).__name__ for event in told] == [
        *("Progress", "EpochFinished", "Progress"),
        *("Progress", "StateChanged", "Progress"),
    ]
    assert points(told) == [1, 2, 3, 1, 2]


def test_of_the_observations_of_one_kind_and_run_only_the_newest_waits() -> None:
    box = Mailbox()
    kept = [epoch(1), observed(3), answered(4), observed(1, run=2), answered(2, run=2)]
    for event in (observed(1), kept[0], answered(2), observed(2), *kept[1:4], answered(1, run=2)):
        box.put(event)
    box.put(kept[4])
    told = box.collect()
    assert [id(event) for event in told] == [id(event) for event in kept]


def test_observations_do_not_keep_progress_from_being_merged() -> None:
    box = Mailbox()
    for step in range(1, 100):
        box.put(progress(step, [step]))
        box.put(observed(step))
        box.put(LayersRecorded(1, step, (), LayerRecord()))
    told = box.collect()
    assert [type(event).__name__ for event in told] == [
        *("Progress", "WeightsObserved", "LayersRecorded")
    ]
    assert points(told) == list(range(1, 100))


def test_an_hour_without_a_window_stays_small_and_keeps_the_extremes() -> None:
    box = Mailbox()
    noise = np.random.default_rng(0).exponential(size=1_000_000)
    noise[[123_456, 777_777]] = [-5, 50]
    for start in range(0, len(noise), 1000):
        box.put(progress(start + 1, noise[start : start + 1000]))
    (merged,) = box.collect()
    assert isinstance(merged, Progress)
    assert len(merged.steps) <= CAPACITY_POINTS
    assert {123_457, 777_778, 1_000_000} <= set(merged.steps.tolist())
    np.testing.assert_array_equal(merged.losses, noise[merged.steps - 1].astype(np.float32))


def test_many_epochs_are_all_kept_and_their_points_thinned_out_together() -> None:
    box = Mailbox()
    count = 1000
    for number in range(count):
        box.put(progress(400 * number + 1, np.arange(400)))
        box.put(epoch(number))
    told = box.collect()
    assert [e.measurement.epoch for e in told if isinstance(e, EpochFinished)] == [*range(count)]
    assert count <= len(points(told)) <= CAPACITY_POINTS


def test_after_a_collection_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "CAPACITY_POINTS", 10)
    box = Mailbox()
    for _ in range(3):
        for first in (1, 6):
            box.put(progress(first, range(5)))
        assert points(box.collect()) == list(range(1, 11))


happenings = st.lists(
    st.one_of(
        st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=15),
        st.sampled_from(["epoch", "weights", "answer", "collect", "run"]),
    ),
    max_size=80,
)


@given(happenings)
def test_whatever_happens(happenings: list[Any]) -> None:
    """Against the definition: a list that forgets nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailbox, "CAPACITY_POINTS", 20)
        box, everything, told, run, step = Mailbox(), [], [], 1, 0
        for what in happenings:
            if what == "collect":
                told += box.collect()
            elif what == "run":
                run, step = run + 1, 0
            elif what in ("epoch", "weights", "answer"):
                make = {"epoch": epoch, "weights": observed, "answer": answered}[what]
                everything.append(make(step, run))
                box.put(everything[-1])
            else:
                everything.append(progress(step + 1, what, run))
                step += len(what)
                box.put(everything[-1])
                waiting = [e for e in box.waiting if isinstance(e, Progress)]
                assert len(points(box.waiting)) <= max(20, 6 * len(waiting))
        told += box.collect()

    once = [event for event in everything if isinstance(event, EpochFinished)]
    assert [id(e) for e in told if isinstance(e, EpochFinished)] == [id(e) for e in once]
    for number in range(1, run + 1):
        put, got = (
            [e for e in events if isinstance(e, Progress) and e.run == number]
            for events in (everything, told)
        )
        losses = {s: v for e in put for s, v in zip(e.steps, e.losses, strict=True)}
        steps = points(got)
        assert steps == sorted(set(steps))
        assert all(losses[s] == v for e in got for s, v in zip(e.steps, e.losses, strict=True))
        if put:
            found = [losses[s] for s in steps]
            assert (min(found), max(found)) == (min(losses.values()), max(losses.values()))
            assert steps[-1] == max(losses)
        for kind in (WeightsObserved, Prediction):
            newest = [e for e in everything if isinstance(e, kind) and e.run == number][-1:]
            assert [e for e in told if isinstance(e, kind) and e.run == number][-1:] == newest


def test_nothing_is_lost_between_two_threads() -> None:
    box = Mailbox()
    count, told = 3000, []
    signalled = threading.Event()

    def produce() -> None:
        for number in range(1, count + 1):
            box.put(progress(number, [number]))
            if box.put(epoch(number)):
                signalled.set()
        signalled.set()

    thread = threading.Thread(target=produce)
    thread.start()
    while len([e for e in told if isinstance(e, EpochFinished)]) < count:
        assert signalled.wait(30)
        signalled.clear()
        told += box.collect()
        if not thread.is_alive():
            signalled.set()
    thread.join()
    assert points(told) == list(range(1, count + 1))
    assert [e.measurement.step for e in told if isinstance(e, EpochFinished)] == points(told)


def of_lane(line: int, event: LaneEvent, run: int = 1) -> InLane:
    return InLane(run, line, event)


def test_the_progress_of_each_run_of_a_race_is_merged_by_itself() -> None:
    box = Mailbox()
    for step in (1, 2, 3):
        box.put(progress(step, [0.5]))
        for line in (2, 3):
            box.put(of_lane(line, progress(step, [line])))
    first, second, third = box.collect()
    assert points([first]) == [1, 2, 3]
    for line, told in ((2, second), (3, third)):
        assert isinstance(told, InLane)
        assert isinstance(told.event, Progress)
        assert told.line == line
        assert told.event.steps.tolist() == [1, 2, 3]
        assert told.event.losses.tolist() == [line] * 3


def test_what_follows_an_event_of_a_run_is_not_told_before_it() -> None:
    box = Mailbox()
    told = [of_lane(2, progress(1, [1])), of_lane(2, epoch(1)), of_lane(2, progress(2, [1]))]
    for event in told:
        box.put(event)
    assert box.collect() == told


def test_lanes_are_bounded_and_not_urgent() -> None:
    box = Mailbox()
    box.put(progress(1, [1]))
    for first in range(0, 30 * CAPACITY_POINTS // 10, 1000):
        for line in (2, 3):
            assert not box.put(of_lane(line, progress(first + 1, np.ones(1000))))
            assert not box.put(of_lane(line, answered(first)))
    kept = box.collect()
    assert len([each for each in kept if isinstance(each, InLane)]) <= 8
    steps = [
        len(each.event.steps)
        for each in kept
        if isinstance(each, InLane) and isinstance(each.event, Progress)
    ]
    assert sum(steps) <= CAPACITY_POINTS


def test_of_looks_at_one_step_the_newest_waits_and_what_was_observed_stays_of_its_step() -> None:
    box = Mailbox()
    told = [
        LookedBack(1, 7, (0, 7)),
        observed(7),
        LookedBack(1, 7, (0, 7, 14)),
        LookedBack(1, None, (0, 7, 14)),
        observed(20),
        LookedBack(1, 7, (0, 7, 14, 21)),
    ]
    for event in told:
        box.put(event)
    assert box.collect() == [told[2], *told[3:]]
    box.put(progress(1, [1]))
    box.put(told[0])
    box.put(progress(2, [2]))
    assert len(box.collect()) == 2
