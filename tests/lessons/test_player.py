"""A lesson is played on a session: it does, asks, reveals and checks."""

import math
from pathlib import Path

import numpy as np
import pytest

from netviz.engine.protocol import commands
from netviz.lessons.curves import DrawnCurve, off_by
from netviz.lessons.lesson import Lesson
from netviz.lessons.player import Phase
from netviz.lessons.reading import parse_lesson
from netviz.lessons.telling import tell
from tests.lessons.headless import Headless, plain_guess, play

pytestmark = pytest.mark.usefixtures("few_digits")

HEAD = """\
+++
title = "A lesson"
[run]
hidden = [8]
optimizer = "sgd"
learning_rate = 0.1
epochs = 3
+++
"""


def lesson(body: str) -> Lesson:
    return parse_lesson(HEAD + body, Path("a.md"))


def steps(*bodies: str) -> Lesson:
    return lesson("\n".join(f"## Step\n{body}" for body in bodies))


def do(toml: str) -> str:
    return f"```do\n{toml}\n```\n"


def reveal(toml: str) -> str:
    return f"```reveal\n{toml}\n```\n"


def ask(toml: str) -> str:
    return f"```ask\nquestion = 'What?'\n{toml}\n```\n"


def check(toml: str) -> str:
    return f"```check\n{toml}\n```\n"


def test_actions_are_done_in_their_order() -> None:
    (played,) = play(steps(do("train = 5\nset = { learning_rate = 0.2 }\ndraw = 3\ntab = 'loop'")))
    assert (played.problem, played.figures["step"]) == ("", 5)
    assert played.figures["learning_rate"] == 0.2


def test_epochs_are_trained_to_their_end() -> None:
    first, second = play(steps(do("train = 5\ntrain_epochs = 1"), do("train_epochs = 9")))
    assert (first.figures["epoch"], second.figures["epoch"]) == (1, 3)


def test_a_branch_leads_back_to_where_the_step_began() -> None:
    first, second = play(
        steps(do("train = 5"), do("set = { learning_rate = 9 }\ntrain = 4\nbranch = true"))
    )
    assert second.figures["step"] == first.figures["step"] == 5
    assert second.figures["learning_rate"] == 0.1
    assert (second.figures["before.step"], second.figures["before.learning_rate"]) == (9, 9)


def test_a_race_tells_the_figures_of_each_of_its_runs() -> None:
    (played,) = play(steps(do("train = 5\nrace = { learning_rate = [0.1, 0.001], steps = 12 }")))
    figures = played.figures
    assert (figures["a.step"], figures["b.step"]) == (17, 17)
    assert (figures["a.learning_rate"], figures["b.learning_rate"]) == (0.1, 0.001)
    assert figures["a.loss"] != figures["b.loss"]


def test_a_new_run_begins_anew_or_with_the_weights_of_the_one_before() -> None:
    fresh, kept = play(
        steps(
            do("train = 30\nnew_run = { learning_rate = 0.2 }"),
            do("train = 30\nnew_run = { epochs = 2 }\nkeep_weights = true"),
        )
    )
    assert (fresh.figures["step"], kept.figures["step"]) == (0, 0)
    assert fresh.figures["before.step"] == 30
    assert kept.figures["test_loss"] < fresh.figures["test_loss"]


def test_a_choice_is_right_by_what_happened() -> None:
    body = ask(
        "kind = 'choice'\nanswers = ['less', 'more']\n"
        "right_when = ['a.loss < b.loss', 'b.loss < a.loss']"
    ) + reveal("race = { learning_rate = [0.1, 0.0001], steps = 20 }")
    (played,) = play(steps(body))
    assert played.prediction is not None
    assert (played.prediction.truth, played.prediction.is_right) == (0, True)


def test_a_number_is_right_within_what_is_allowed() -> None:
    body = ask("kind = 'number'\ntruth = 'step'\nwithin = 0.1") + reveal("train = 20")
    near, far = (play(steps(body), guess=lambda _, g=g: g)[0].prediction for g in (21.0, 30.0))
    assert near is not None
    assert far is not None
    assert (near.is_right, near.off_by) == (True, pytest.approx(0.05))
    assert (far.is_right, far.truth) == (False, 20)


def test_a_curve_is_compared_with_what_the_loss_did() -> None:
    body = do("train = 10") + ask("kind = 'curve'\nsteps = 30") + reveal("train = 30")
    (played,) = play(steps(body))
    assert played.prediction is not None
    truth = played.prediction.truth
    assert isinstance(truth, tuple)
    assert (truth[0][0], truth[0][-1]) == (10, 40)
    assert 0 < played.prediction.off_by < 1
    assert played.figures["off_by"] == played.prediction.off_by


def test_the_accuracy_is_compared_by_epochs() -> None:
    body = ask("kind = 'curve'\nmetric = 'accuracy'\nepochs = 2") + reveal("train_epochs = 2")
    (played,) = play(steps(body))
    assert played.prediction is not None
    truth = played.prediction.truth
    assert isinstance(truth, tuple)
    assert len(truth[0]) == 3
    assert math.isfinite(played.prediction.off_by)


def test_how_far_a_guess_is_off() -> None:
    guess = DrawnCurve((10.0, 20.0, 30.0, 90.0), (1.0, 2.0, 3.0, 9.0))
    truth = np.array([10.0, 40.0]), np.array([1.0, 1.0])
    assert off_by(guess, truth) == 1.5
    assert off_by(guess, (truth[0], np.array([1.0, np.inf]))) == math.inf
    assert math.isnan(off_by(guess, (truth[0] + 100, truth[1])))


def test_a_run_that_diverges_is_no_end_of_a_lesson() -> None:
    first, second = play(
        steps(
            do("set = { learning_rate = 1000 }\ntrain = 40")
            + check("when = 'diverged'\nthen = 'gone'\notherwise = 'held'"),
            do("back_to = 0\ntrain = 5") + check("when = 'not diverged'\nthen = 'back'"),
        )
    )
    assert [each.text for each in first.outcomes] == ["gone"]
    assert [each.text for each in second.outcomes] == ["back"]
    assert second.figures["step"] == 5


def test_a_required_check_holds_one_back_until_it_is_met() -> None:
    headless = Headless(steps(check("when = 'step > 4'\nthen = 'yes'\nrequired = true"), "Then."))
    headless.begin()
    player = headless.player
    assert not player.can_go_on
    headless.do(commands.TrainSteps(5))
    assert [outcome.text for outcome in player.outcomes] == ["yes"]
    headless.do(commands.GoBack(0))
    assert player.can_go_on  # it was met once


def test_nothing_is_revealed_before_there_is_an_answer() -> None:
    body = ask("kind = 'choice'\nanswers = ['a', 'b']\nright = 2")
    headless = Headless(steps(body))
    headless.begin()
    player = headless.player
    assert not player.can_reveal
    for nonsense in (7, -1, 0.5, DrawnCurve((1.0, 2.0), (1.0, 2.0))):
        player.give_answer(nonsense)
    assert player.answer is None
    player.give_answer(1)
    headless.reveal()
    assert player.prediction is not None
    assert player.prediction.is_right
    player.give_answer(0)
    assert player.answer == 1


def test_the_hands_of_a_class_count_as_an_answer() -> None:
    headless = Headless(steps(ask("kind = 'choice'\nanswers = ['a', 'b']\nright = 1")))
    headless.begin()
    player = headless.player
    player.count((3,))
    player.count((3, 12))
    headless.reveal()
    assert player.prediction is not None
    assert (player.prediction.counts, player.prediction.truth) == ((3, 12), 0)
    assert player.prediction.is_right is None


LONG = (do("train = 6"), ask("kind = 'number'\ntruth = 'loss'") + reveal("train = 4"), "Rest.")


def test_going_on_later_leads_to_the_same_run() -> None:
    plain, again = Headless(steps(*LONG)), Headless(steps(*LONG))
    plain.begin()
    plain.go_on()
    plain.player.give_answer(plain_guess(plain.player))
    plain.reveal()
    plain.go_on()
    again.player.begin(2, {1: 0.5})
    again.serve()
    assert (again.player.at, again.player.phase) == (2, Phase.DONE)
    assert again.conductor.figures.figures() == plain.conductor.figures.figures()
    again.player.go_back()
    assert again.player.prediction is not None
    assert again.player.prediction.guess == 0.5


def test_looking_at_a_step_before_leaves_the_run_alone() -> None:
    headless = Headless(steps(do("train = 6"), do("train = 6")))
    headless.begin()
    headless.go_on()
    headless.player.go_back()
    assert headless.player.at == 0
    headless.go_on()
    assert (headless.player.at, headless.conductor.figures.step) == (1, 12)


def test_what_is_refused_is_said_and_the_lesson_goes_on() -> None:
    first, second = play(steps(do("back_to = 400"), do("train = 3")))
    assert "Step 400 is not in the past" in first.problem
    assert (second.problem, second.figures["step"]) == ("", 3)


def test_a_lesson_that_was_saved_anew_goes_on_at_its_step() -> None:
    headless = Headless(steps(do("train = 6"), "Old."))
    headless.begin()
    headless.go_on()
    headless.player.replace(steps(do("train = 6"), "New.", "More."))
    assert (headless.player.at, headless.player.step.text) == (1, "New.")
    headless.go_on()
    assert headless.player.step.text == "More."
    headless.player.replace(steps("One."))
    assert (headless.player.at, headless.player.is_over) == (0, False)


def test_the_same_seed_plays_the_same() -> None:
    first, second = (play(steps(*LONG), seed=3) for _ in range(2))
    assert [each.figures for each in first] == [each.figures for each in second]


def test_predictions_are_told_in_words_and_curves() -> None:
    choice = ask("kind = 'choice'\nanswers = ['less', 'more']\nright = 2")
    number = ask("kind = 'number'\ntruth = 'test_accuracy'\npercent = true")
    curve = ask("kind = 'curve'\nsteps = 30") + reveal("train = 30")
    played = play(steps(do("train = 10") + curve, choice, number))
    drawn, chosen, typed = (tell(each.prediction) for each in played if each.prediction)
    assert (chosen.guess, chosen.truth) == ("less", "more")
    assert typed.guess == "50.0 %"
    assert typed.off_by.endswith(" % of the truth")
    assert drawn.truth.startswith("ended at ")
    assert drawn.curve is not None
    at, guessed, came = drawn.curve
    assert (at[0], at[-1]) == (10, 40)
    assert len(set(guessed)) == 1
    assert np.isfinite(came).all()
