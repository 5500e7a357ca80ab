"""The views follow the run in every state, within their budgets, whatever fails."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from netviz.engine.observatory import probe_runner
from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.probes import activations, layer_rows, weights
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import (
    ActivationsObserved,
    Observation,
    Prediction,
    TestPredictions,
    WeightsObserved,
)
from netviz.engine.protocol.run_state import State
from netviz.engine.training import trainer
from tests.engine.datasets.pictures import save_classes
from tests.support import ALL_OBSERVATIONS, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

ALL = commands.Watch(ALL_OBSERVATIONS)
SEEN_BY_ALL = {
    WeightsObserved: 1,
    LayersRecorded: 1,
    ActivationsObserved: 1,
    Prediction: 1,
    TestPredictions: 1,
}


def drawing(request: int = 0, width: int = 20) -> commands.Predict:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[40:200, 100 : 100 + width] = 255
    return commands.Predict(request, canvas)


def watch(*observations: type[Observation]) -> commands.Watch:
    return commands.Watch(frozenset(observations))


def observed(told: list[Event]) -> Counter[type]:
    kinds = (WeightsObserved, LayersRecorded, ActivationsObserved, Prediction, TestPredictions)
    return Counter(type(event) for event in told if isinstance(event, kinds))


@pytest.fixture
def never_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no view have its turn while training runs."""
    monkeypatch.setattr(ProbeRunner, "is_due", lambda _: False)


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


# -- in every state ------------------------------------------------------------------------------


def test_nothing_is_computed_that_is_not_watched(driven: Driven) -> None:
    driven.do(commands.Start())
    assert not observed(driven.events)


def test_watching_gives_one_observation_at_once_and_no_second(driven: Driven) -> None:
    driven.do(drawing())
    told = driven.do(ALL)
    assert observed(told) == {kind: 1 for kind in SEEN_BY_ALL if kind is not Prediction}
    assert not driven.do(ALL)


def test_what_is_watched_before_the_run_is_ready_is_seen_with_it(config: RunConfig) -> None:
    driven = Driven()
    told = driven.do(ALL, drawing(), commands.Prepare(config))
    assert observed(told) == SEEN_BY_ALL
    assert {event.run for event in told} == {1}


def test_a_step_is_observed(driven: Driven) -> None:
    driven.do(ALL, drawing())
    for step in (1, 2, 3):
        told = driven.do(commands.Step())
        recorded = only(told, LayersRecorded)[-1]
        assert recorded.step == recorded.record.rows[-1].step == step
        for kind in SEEN_BY_ALL:
            assert only(told, kind)[-1].step == step


@pytest.mark.usefixtures("never_due")
@pytest.mark.parametrize(("interval_s", "between"), [(0.0, 1), (1e9, 20)])
def test_in_training_a_view_sees_each_report_and_nothing_between_two(
    driven: Driven, monkeypatch: pytest.MonkeyPatch, interval_s: float, between: int
) -> None:
    monkeypatch.setattr(ProbeRunner, "is_due", lambda _: True)
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", interval_s)
    told = driven.do(watch(WeightsObserved), commands.Start())
    seen = [observed.step for observed in only(told, WeightsObserved)]
    assert seen == list(range(0, 61, between))


def test_a_pause_and_the_end_show_the_state_that_was_reached(driven: Driven) -> None:
    driven.do(ALL, drawing())
    told = driven.do(commands.Start(), answer=when_step(7, commands.Pause()))
    assert {kind: only(told, kind)[-1].step for kind in SEEN_BY_ALL} == dict.fromkeys(
        SEEN_BY_ALL, 7
    )
    told = driven.do(commands.Start())
    assert driven.state is State.FINISHED
    assert {kind: only(told, kind)[-1].step for kind in SEEN_BY_ALL} == dict.fromkeys(
        SEEN_BY_ALL, 60
    )
    assert len(only(told, WeightsObserved)) == 1


def test_reset_shows_the_initial_network_again(driven: Driven) -> None:
    first = driven.do(ALL, drawing(3))
    driven.do(commands.Step())
    again = driven.do(commands.Reset())
    assert observed(again) == SEEN_BY_ALL
    (before,), (after,) = only(first, Prediction), only(again, Prediction)
    assert (after.run, after.request, after.step) == (2, 3, 0)
    assert np.array_equal(before.probabilities, after.probabilities)


def test_rewind_shows_the_state_that_it_goes_back_to(driven: Driven) -> None:
    driven.do(ALL, drawing())
    driven.do(commands.Start())
    told = driven.do(commands.Rewind())
    (rewound,) = only(told, events.Prepared)
    assert observed(told) == SEEN_BY_ALL
    assert {only(told, kind)[0].step for kind in SEEN_BY_ALL} == {rewound.step}
    (answered,) = only(told, TestPredictions)
    assert not answered.just_forgotten.any()  # there is nothing left to compare with


def test_a_failed_run_can_still_be_seen(loss: Any, driven: Driven) -> None:
    driven.do(ALL, drawing())
    loss.error, loss.fails_in_evaluation = RuntimeError("broken"), False
    driven.do(commands.Start())
    assert driven.state is State.FAILED
    driven.do(commands.Watch(frozenset()))
    assert observed(driven.do(ALL, drawing())) == SEEN_BY_ALL


def test_a_refused_preparation_leaves_the_views_with_the_run(driven: Driven) -> None:
    driven.do(ALL)
    told = driven.do(commands.Reset({"dataset": "mnist"}, data_dir=None), drawing(5))
    if only(told, events.Refused):  # where MNIST was not downloaded
        assert [answer.run for answer in only(told, Prediction)] == [1]


# -- the drawing ---------------------------------------------------------------------------------


def test_of_waiting_drawings_the_newest_is_answered(driven: Driven) -> None:
    told = driven.do(*(drawing(number) for number in range(5)))
    assert [answer.request for answer in only(told, Prediction)] == [4]


def test_a_drawing_is_answered_before_the_next_batch(driven: Driven) -> None:
    def draw(event: Event) -> commands.Command | None:
        return drawing(event.step) if isinstance(event, events.Progress) else None

    told = driven.do(commands.Start(), answer=draw)
    answers = [answer for answer in only(told, Prediction) if answer.request]
    assert [answer.step for answer in answers[:60]] == list(range(1, 61))
    assert [answer.request for answer in answers[:60]] == list(range(1, 61))


def test_the_answer_is_the_networks_own(driven: Driven) -> None:
    driven.do(drawing(1))
    (answer,) = only(driven.do(commands.Step()), Prediction)
    model = driven.session.run.trainer.model
    with torch.no_grad():
        expected = torch.softmax(model(torch.from_numpy(answer.seen)[None])[0], 0)
    assert np.array_equal(answer.probabilities, expected)
    assert (answer.request, answer.step) == (1, 1)


def test_a_test_image_on_the_pad_is_answered_as_it_is(driven: Driven) -> None:
    (prepared,) = only(driven.events, events.Prepared)
    image = prepared.images.test_images[5, 0]
    (answer,) = only(driven.do(commands.Predict(1, image, prepared=True)), Prediction)
    assert np.array_equal(answer.seen, prepared.images.test_images[5].astype(np.float32) / 255)


def test_a_drawing_comes_to_its_turn_while_test_images_are_answered(
    loss: Any, driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "EVALUATION_CHUNK", 10)
    driven.do(commands.Step())
    chunks = iter([drawing(8)])
    loss.on_evaluation = lambda: [driven.session.submit(wish) for wish in chunks]
    told = driven.do(commands.MeasureTest())
    assert [type(event) for event in told] == [Prediction, TestPredictions]


def test_what_is_no_drawing_is_refused_once(driven: Driven) -> None:
    bad = commands.Predict(1, np.zeros((2, 3, 4), np.uint8))
    (refused,) = only(driven.do(watch(ActivationsObserved), bad), events.Refused)
    assert "drawing" in refused.message
    assert not only(driven.do(commands.Start()), events.Refused)
    assert observed(driven.do(drawing(2))) == {Prediction: 1, ActivationsObserved: 1}


# -- the image that is looked at -----------------------------------------------------------------


def test_activations_follow_the_drawing_or_the_chosen_image(driven: Driven) -> None:
    def sources(*wishes: commands.Command) -> list[str]:
        return [told.source for told in only(driven.do(*wishes), ActivationsObserved)]

    assert sources(watch(ActivationsObserved)) == []
    assert sources(commands.LookAt(3)) == ["test image 3"]
    assert sources(drawing(1)) == []
    assert sources(commands.LookAt(None)) == ["your drawing"]
    assert sources(drawing(2)) == ["your drawing"]
    assert sources(commands.Step())[-1] == "your drawing"


def test_the_chosen_image_is_the_one_that_is_seen(driven: Driven) -> None:
    (prepared,) = only(driven.events, events.Prepared)
    (told,) = only(driven.do(watch(ActivationsObserved), commands.LookAt(7)), ActivationsObserved)
    assert np.array_equal(told.seen, prepared.images.test_images[7].astype(np.float32) / 255)


@pytest.mark.parametrize("index", [-1, 40])
def test_an_image_that_is_not_there_is_refused(driven: Driven, index: int) -> None:
    driven.do(watch(ActivationsObserved), commands.LookAt(3))
    told = driven.do(commands.LookAt(index))
    assert [type(event) for event in told] == [events.Refused]


def test_a_chosen_image_that_a_new_run_has_not_is_let_go(driven: Driven, tmp_path: Path) -> None:
    driven.do(watch(ActivationsObserved), drawing(), commands.LookAt(39))
    save_classes(tmp_path, dog=10, cat=5)
    reset = commands.Reset({"dataset": f"folder:{tmp_path}"})
    (told,) = only(driven.do(reset), ActivationsObserved)
    assert told.source == "your drawing"


# -- the test images -----------------------------------------------------------------------------


def test_a_view_opened_after_an_evaluation_costs_no_pass(loss: Any, driven: Driven) -> None:
    driven.do(commands.Start())
    passes: list[int] = []
    loss.on_evaluation = lambda: passes.append(1)
    (told,) = only(driven.do(watch(TestPredictions)), TestPredictions)
    assert told.step == 60
    assert not passes
    assert observed(driven.do(watch(), watch(TestPredictions))) == {TestPredictions: 1}


def test_a_view_opened_in_mid_epoch_is_answered_at_once(driven: Driven) -> None:
    told = driven.do(commands.Start(), answer=when_step(25, watch(TestPredictions)))
    assert [answered.step for answered in only(told, TestPredictions)] == [25, 40, 60]


def test_measuring_needs_no_view(driven: Driven) -> None:
    told = driven.do(commands.Start(), answer=when_step(25, commands.MeasureTest()))
    assert [answered.step for answered in only(told, TestPredictions)] == [25]
    assert observed(driven.do(commands.MeasureTest())) == {TestPredictions: 1}


def test_measuring_without_a_run_is_refused() -> None:
    (told,) = Driven().do(commands.MeasureTest())
    assert isinstance(told, events.Refused)


def test_training_does_not_wait_for_answers_nobody_asked_for(
    loss: Any, driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "EVALUATION_CHUNK", 10)
    driven.do(watch(TestPredictions), commands.Step())
    chunks = iter([commands.Step()])
    loss.on_evaluation = lambda: [driven.session.submit(wish) for wish in chunks]
    told = driven.do(commands.Step())
    assert [answered.step for answered in only(told, TestPredictions)] == [3]


# -- errors and budgets --------------------------------------------------------------------------


SUBJECTS = {
    WeightsObserved: "The weights",
    LayersRecorded: "The history of the layers",
    ActivationsObserved: "The activations",
    TestPredictions: "The predictions",
}


@pytest.mark.parametrize("view", SUBJECTS)
def test_a_view_that_fails_is_told_once_and_the_run_goes_on(
    config: RunConfig, view: type[Observation], monkeypatch: pytest.MonkeyPatch
) -> None:
    headless, driven = Driven(config), Driven(config)
    headless.do(commands.Start())

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such thing")

    with monkeypatch.context() as broken:
        broken.setattr(weights, "layer_weights", fail)
        broken.setattr(layer_rows, "layers_of", fail)
        broken.setattr(activations, "observe_activations", fail)
        broken.setattr("netviz.engine.observatory.evaluator.describe_predictions", fail)
        driven.do(commands.LookAt(0), watch(view))
        driven.do(commands.Start())
        (refused,) = only(driven.events, events.Refused)
        assert SUBJECTS[view] in refused.message
        assert "no such thing" in refused.message
        assert "RuntimeError" in refused.details
    assert losses(driven.events) == losses(headless.events)
    assert driven.state is State.FINISHED
    assert not observed(driven.do(commands.LookAt(1)))
    assert observed(driven.do(watch(view))).total() == 1


def test_a_network_that_fails_in_a_pass_is_told_once(loss: Any, driven: Driven) -> None:
    driven.do(commands.Step())
    loss.error, loss.fails_in_training = RuntimeError("broken"), False
    told = driven.do(watch(TestPredictions), commands.MeasureTest())
    assert [type(event) for event in told] == [events.Refused]


def test_a_probe_rests_in_proportion_to_its_cost(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(probe_runner, "perf_counter", lambda: now[0])
    run = driven.session.run
    assert run is not None
    watched = ProbeRunner("It", lambda _: None, rate_hz=10)

    def observe(cost_s: float) -> float:
        """Observe at this cost; return how long it rests."""

        def work() -> None:
            now[0] += cost_s

        assert watched.attempt(run, work)
        watched.done("moment")
        began = now[0]
        while not watched.is_due():
            now[0] += 0.01
        return now[0] - began

    assert observe(0.001) == pytest.approx(0.1, abs=0.02)
    assert observe(0.03) == pytest.approx(1.0, abs=0.02)
    assert watched.take_spent() == pytest.approx(0.031)
    assert watched.take_spent() == 0


def test_watching_what_no_probe_computes_is_refused(driven: Driven) -> None:
    told = driven.do(commands.Watch(frozenset({Prediction, WeightsObserved})))
    assert [type(event) for event in told] == [events.Refused]
    assert "Prediction" in told[0].message
