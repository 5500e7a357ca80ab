"""A report tells what the run holds, needs nothing from elsewhere, and runs nothing."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from netviz import __version__
from netviz.engine.export.report.contents import ReportContents
from netviz.engine.network.build import evaluating
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.number_text import loss_text, percent_text
from tests.engine.export.report.conftest import PREDICTIONS, Reported, html_of
from tests.engine.export.report.page import Page
from tests.engine.export.test_outside_texts import HOSTILE

MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style></svg><iframe src='http://example.org'>",
    "{{ 7 * 7 }}{% include 'report.css' %}",
    "&lt;b&gt; & <b>",
]


def answers_of(reported: Reported) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities for all test images, and their classes."""
    trainer = reported.run.trainer
    with evaluating(trainer.model):
        logits = trainer.model(trainer.data.test_images)
    return torch.softmax(logits, 1).numpy(), trainer.data.test_labels.numpy()


def test_it_begins_with_what_came_of_the_run(reported: Reported) -> None:
    probabilities, labels = answers_of(reported)
    right = float((probabilities.argmax(1) == labels).mean())
    head = reported.page.sections[""]
    assert f"{percent_text(right)} of 40 test images right" in " ".join(head.split())
    assert "MNIST sample, MLP 16, SGD" in head
    assert "at step 42" in head
    last = reported.run.measurements[-1]
    assert f"2 epochs, 40 steps: test loss {loss_text(last.test_loss)}" in head


def test_the_changes_are_listed_and_marked_with_the_same_numbers(reported: Reported) -> None:
    rows = reported.page.rows["changes"]
    assert rows[1:] == [
        ["1", "20", "1", "lr 0.001 → 0.01"],
        ["2", "20", "1", "optimizer Adam → SGD"],
    ]
    assert "1–2" in reported.page.sections["curves"]


def test_the_epochs_are_those_of_the_run(reported: Reported) -> None:
    rows = reported.page.rows["epochs"]
    measured = reported.run.measurements
    assert [row[1] for row in rows[1:]] == ["0", "20", "40"]
    for row, each in zip(rows[1:], measured, strict=True):
        assert row[2:6] == [
            loss_text(each.train_loss),
            loss_text(each.test_loss),
            percent_text(each.train_accuracy),
            percent_text(each.test_accuracy),
        ]


def test_the_confusion_counts_every_test_image_once(reported: Reported) -> None:
    probabilities, labels = answers_of(reported)
    said = probabilities.argmax(1)
    answers = reported.contents.answers
    assert answers is not None
    for true, predicted in np.ndindex(10, 10):
        expected = ((labels == true) & (said == predicted)).sum()
        assert answers.confusion[true, predicted] == expected
    numbers = re.findall(r'class="on-\w+(?: small)? m"[^>]*>(\d+)<', reported.html)
    assert sum(map(int, numbers)) == 40


def test_the_mistakes_are_those_of_which_it_is_most_sure(reported: Reported) -> None:
    probabilities, labels = answers_of(reported)
    said, sure = probabilities.argmax(1), probabilities.max(1)
    wrong = sorted(np.flatnonzero(said != labels), key=lambda index: -sure[index])[:12]
    page = reported.page
    numbers = [name for name in page.attributes("img", "alt") if name.startswith("Test image")]
    assert numbers == [f"Test image {index}" for index in wrong]
    shown = " ".join(page.sections["answers"].split())
    first = wrong[0]
    assert f"is {labels[first]} says {said[first]}" in re.sub(r"(\d)says", r"\1 says", shown)
    assert percent_text(float(sure[first])) in shown


def test_the_weights_are_shown_before_and_now(reported: Reported) -> None:
    filters = reported.contents.filters
    assert filters is not None
    model, first = reported.run.trainer.model, reported.run.states.last_until(0).snapshot.model
    weight = dict(model.named_parameters())["1.weight"].detach()
    assert np.array_equal(filters.after.reshape(16, 784), weight.numpy())
    assert np.array_equal(filters.before.reshape(16, 784), first["1.weight"].numpy())
    one, two = reported.contents.layers
    assert (one.title, two.title) == ("Linear 1: 784 → 16", "Linear 2: 16 → 10")
    moved = float((weight - first["1.weight"]).norm() / first["1.weight"].norm())
    assert one.moved == pytest.approx(moved)
    assert f"moved by {percent_text(moved, 0)}" in reported.page.sections["weights"]


def test_all_runs_of_the_session_are_in_the_table(reported: Reported) -> None:
    rows = reported.page.rows["runs"]
    assert [row[0] for row in rows[1:]] == ["Run 1", "lr 0.01, optimizer SGD"]
    assert rows[1][3] == "40"
    assert rows[2][1:4] == ["Run 1, step 20", "this report", "42"]


def test_the_settings_say_what_was_and_what_is(reported: Reported) -> None:
    rows = {row[0]: row[1:] for row in reported.page.rows["settings"]}
    assert rows["Learning rate"] == ["0.001", "0.01"]
    assert rows["Optimizer"] == ["Adam", "SGD"]
    assert rows["Seed"] == ["0", ""]
    assert rows["Linear 784 → 16"] == ["16", "12,560"]


def test_predictions_stand_beside_the_truth(reported: Reported) -> None:
    text = reported.page.sections["predictions"]
    for each in PREDICTIONS:
        for part in (each.question, each.guess, each.truth, each.off_by):
            assert part in text
    without = Page(html_of(replace(reported.contents, predictions=())))
    assert "predictions" not in without.sections


def test_the_log_and_the_versions_are_there(reported: Reported) -> None:
    log = [row[2] for row in reported.page.rows["log"]]
    assert any("Went back from step 40 to step 20." in text for text in log)
    assert f"NetViz {__version__} · PyTorch {torch.__version__}" in reported.page.text


def test_nothing_is_loaded_and_nothing_is_run(reported: Reported) -> None:
    page = reported.page
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base", "form", "a")
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert "style" not in name
            if name in ("src", "href", "srcset", "data", "action", "poster", "background"):
                assert str(value).startswith("data:image/png;base64,")
    assert "http:" not in reported.html
    assert "https:" not in reported.html
    assert "@import" not in reported.html
    assert set(re.findall(r"url\((.)", reported.html)) <= {"#"}
    names = page.attributes("clipPath".lower(), "id")
    assert len(names) == len(set(names))


def hostile(contents: ReportContents, text: str) -> ReportContents:
    """Put a text wherever a user's own can stand."""
    facts = replace(
        contents.facts,
        name=text,
        folder=text,
        device=text,
        classes=tuple(f"{text}{i}" for i in range(10)),
    )
    runs = tuple(
        replace(run, row=replace(run.row, name=text, parted=text, settings=text))
        for run in contents.runs
    )
    layers = tuple(replace(layer, title=text) for layer in contents.layers)
    happenings = tuple(replace(each, text=text) for each in contents.told.happenings)
    network = tuple(replace(layer, title=text) for layer in contents.told.layers)
    config = RunConfig.parse({"dataset": "folder:pictures"}).model_copy(
        update={"dataset": f"folder:{text}", "model": f"{text}.py:Net"}
    )
    told = replace(
        contents.told,
        config=config,
        ledger=(),
        happenings=happenings,
        layers=network,
        started_from=text,
    )
    assert contents.answers is not None
    mistakes = tuple(replace(each, truth=text, answer=text) for each in contents.answers.mistakes)
    answers = replace(contents.answers, mistakes=mistakes)
    prediction = Prediction(text, text, text, text)
    return replace(
        contents,
        facts=facts,
        told=told,
        answers=answers,
        layers=layers,
        runs=runs,
        predictions=(prediction,),
    )


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE])
def test_a_hostile_name_stays_a_text(reported: Reported, text: str) -> None:
    html = html_of(hostile(reported.contents, text)).encode("utf-8", "replace").decode()
    page, tame = Page(html), Page(html_of(hostile(reported.contents, "tame")))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in tame.elements]
    assert [sorted(values) for _, values in page.elements] == [
        sorted(values) for _, values in tame.elements
    ]
    seen = text.encode("utf-8", "replace").decode()
    for section in ("predictions", "answers", "weights", "runs", "settings", "log"):
        assert seen in page.sections[section]


def test_what_is_not_known_is_said(reported: Reported) -> None:
    silent = replace(
        reported.contents, answers=None, silence="It cannot be shown.", filters=None, layers=()
    )
    page = Page(html_of(silent))
    assert "It cannot be shown." in page.sections["answers"]
    assert "no dense layer" in page.sections["weights"]
    assert page.attributes("img", "src") == []


def test_own_files_are_named_without_their_folders(reported: Reported) -> None:
    config = RunConfig.parse({"dataset": "folder:/home/anna/shells"}).model_copy(
        update={"model": "/home/anna/nets/mine.py:Net"}
    )
    told = replace(reported.contents.told, config=config, ledger=())
    page = Page(html_of(replace(reported.contents, told=told)))
    assert "anna" not in page.text
    assert "shells, mine.py:Net" in page.text
