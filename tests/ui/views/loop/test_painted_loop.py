"""What the tab Loop paints: the figures of the step, each at its line, layer or image."""

import math

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.loop.arithmetic import Working
from netviz.engine.protocol.loop.loop_code import Does, lit_in_turn
from netviz.engine.protocol.loop.loss_by_hand import loss_by_hand
from netviz.engine.protocol.loop.update_by_hand import update_by_hand
from netviz.number_text import loss_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.loop.arithmetic_table import ArithmeticTable
from netviz.ui.views.loop.code_list import CodeList, Shown
from netviz.ui.views.loop.line_values import values_of
from netviz.ui.views.loop.loss_page import LossTable
from netviz.ui.views.loop.step_picture import StepPicture
from netviz.ui.widgets.image_painting import gray_image
from tests.ui.painting import painted
from tests.ui.views.loop.steps import a_step

ALL = frozenset(lit_in_turn(RunConfig()))


@pytest.fixture
def code(qtbot: QtBot, theme: Theme) -> CodeList:
    code = CodeList(theme)
    qtbot.addWidget(code)
    code.resize(700, code.sizeHint().height())
    return code


def texts_of(code: CodeList, does: Does) -> str:
    """Return what is painted in the row of a line, without the gaps between its parts."""
    return "".join(text.text for text in painted(code).texts_in(code.row_of(does)))


def test_each_line_has_its_own_values_beside_it(code: CodeList) -> None:
    now, before = a_step(1), a_step(0)
    values = {does: values_of(does, now, before) for does in ALL}
    code.show_values(Shown({Does.STEP}, ALL, values))
    assert "[3, 1, 4, 4]" in texts_of(code, Does.BATCH)
    assert "2.5 → none" in texts_of(code, Does.ZERO)
    assert "1 of 3 right" in texts_of(code, Does.FORWARD)
    assert f"loss {loss_text(now.loss)}" in texts_of(code, Does.LOSS)
    assert "1.25" in texts_of(code, Does.BACKWARD)
    assert "0.125   of 1.weight[2, 5]" in texts_of(code, Does.STEP)
    assert f"last step {loss_text(before.loss)}" in texts_of(code, Does.LOSS)


def test_a_line_that_has_not_run_shows_no_value(code: CodeList) -> None:
    values = {does: values_of(does, a_step(), None) for does in ALL}
    code.show_values(Shown({Does.ZERO}, {Does.BATCH, Does.ZERO}, values))
    assert "2.5" in texts_of(code, Does.ZERO)
    assert loss_text(a_step().loss) not in texts_of(code, Does.LOSS)


def test_the_names_in_the_code_are_explained(code: CodeList) -> None:
    code.set_config(RunConfig().with_changes({"optimizer": "sgd", "learning_rate": 0.25}))
    found = {code.text_at(QPointF(x, y)) for x in range(0, 400, 4) for y in range(5, 140, 10)}
    assert any("gradients of the last step" in text for text in found)
    assert any(text.startswith("SGD, with a rate of 0.25.") for text in found)


def test_every_name_in_the_code_has_a_sentence(code: CodeList) -> None:
    config = RunConfig().with_changes(
        {"clip_norm": 0.5, "schedule": "step", "augment_flip": True, "accumulate": 2}
    )
    code.set_config(config)
    code.resize(700, code.sizeHint().height())
    names = [text for text in painted(code).texts if text.text.isidentifier()]
    assert {"clip_grad_norm_", "rate_factor", "augment", "no_grad"} <= {name.text for name in names}
    assert [name.text for name in names if not code.text_at(name.box.center())] == []


def test_the_picture_has_the_loss_and_each_layers_gradient_once_they_are_known(
    qtbot: QtBot, theme: Theme
) -> None:
    picture = StepPicture(theme)
    qtbot.addWidget(picture)
    picture.resize(700, 100)
    picture.show_step(a_step(), frozenset({Does.BATCH}), Does.BATCH)
    before = [text.text for text in painted(picture).texts]
    assert "1.25" not in before
    assert loss_text(a_step().loss) not in before
    picture.show_step(a_step(), ALL, Does.STEP)
    after = painted(picture)
    (layer,) = [text for text in after.texts if text.text == "16 → 8"]
    (norm,) = [text for text in after.texts if text.text == "1.25"]
    assert abs(layer.box.center().x() - norm.box.center().x()) < 3
    assert "frozen" in [text.text for text in after.texts]
    assert loss_text(a_step().loss) in [text.text for text in after.texts]


def test_the_arithmetic_says_whether_torch_has_the_same(qtbot: QtBot, theme: Theme) -> None:
    table = ArithmeticTable(theme)
    qtbot.addWidget(table)
    table.resize(700, 100)
    table.show_lines(update_by_hand(a_step().update))
    texts = [text.text for text in painted(table).texts]
    assert "= 0.75 − 0.5 · 0.25 = 0.625" in texts
    assert "✓ torch has the same" in texts
    table.show_lines((Working("new w", "w − rate · g", "1 − 1", 0.0, 0.5),))
    assert "✗ torch has 0.5" in [text.text for text in painted(table).texts]


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_the_loss_by_hand_shows_probabilities_and_the_mean(
    qtbot: QtBot, theme: Theme, loss: str
) -> None:
    table, step = LossTable(theme), a_step(loss=loss)
    qtbot.addWidget(table)
    table.resize(700, 200)
    by_hand = loss_by_hand(step)
    table.show_loss(by_hand, [gray_image(image) for image in step.images], loss)
    texts = [text.text for text in painted(table).texts]
    share = math.exp(2) / (math.exp(2) + math.exp(-1) + math.exp(0.5))
    assert f"{share:.4f}" in texts
    assert [text for text in texts if text.startswith("label")] == ["label 0", "label 2", "label 1"]
    assert by_hand.mean.result == pytest.approx(step.loss)
    assert by_hand.mean.agrees
