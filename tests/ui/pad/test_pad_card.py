"""The card: drawing, examples, files, and the network's prediction."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QColorDialog,
    QFileDialog,
    QMenu,
    QToolButton,
)

from netviz.engine.protocol.observations import Prediction
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.pad.drawing_pad import BRUSH_MAX_PX, BRUSH_MIN_PX
from netviz.ui.pad.ink_button import INKS
from netviz.ui.pad.pad_card import PadCard

DIGITS = tuple("0123456789")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def card(qtbot, theme: Theme) -> PadCard:
    card = PadCard(theme)
    qtbot.addWidget(card)
    dress_window(card, theme)
    card.set_classes(DIGITS)
    card.resize(264, 610)
    card.show()
    return card


def _draw(qtbot, card: PadCard) -> None:
    qtbot.mousePress(card.pad, LEFT, pos=QPoint(60, 100))
    qtbot.mouseMove(card.pad, QPoint(120, 110))
    qtbot.mouseRelease(card.pad, LEFT, pos=QPoint(160, 100))


def _prediction(step: int, winner: int = 7, request: int = 1, classes: int = 10) -> Prediction:
    probabilities = np.full(classes, 0.05 / (classes - 1), np.float32)
    probabilities[winner] = 0.95
    return Prediction(1, request, step, np.ones((1, 28, 28), np.float32), probabilities)


def _button(card: PadCard, name: str) -> QToolButton:
    return next(b for b in card.findChildren(QToolButton) if b.accessibleName() == name)


def _action(card: PadCard, text: str) -> QAction:
    actions = [action for menu in card.findChildren(QMenu) for action in menu.actions()]
    return next(action for action in actions if action.text().split("\t")[0] == text)


def test_the_prediction_of_a_drawing_is_shown(qtbot, card: PadCard) -> None:
    with qtbot.waitSignal(card.drawing_changed) as changed:
        _draw(qtbot, card)
    assert changed.args[0].shape == (280, 280)
    assert changed.args[1] is False
    for step in (0, 10, 20):
        card.show_prediction(_prediction(step))
    assert card.prediction.text() == "7 95.0 % sure"
    qtbot.waitUntil(lambda: card.bars.shown()[7] == pytest.approx(0.95), timeout=2000)
    assert card.strip.record.steps.tolist() == [0, 10, 20]
    card.show_prediction(_prediction(30, request=2))
    assert card.strip.record.steps.tolist() == [30]


def test_an_empty_pad_shows_no_prediction(qtbot, card: PadCard) -> None:
    card.show_prediction(_prediction(0))
    assert card.prediction.text() == ""
    _draw(qtbot, card)
    card.show_prediction(_prediction(0))
    assert card.prediction.text()
    qtbot.mouseClick(_button(card, "Clear the pad"), LEFT)
    assert card.prediction.text() == ""
    assert card.bars.shown() == [0.0] * 10
    assert not len(card.strip.record.steps)


def test_a_prediction_of_other_classes_is_not_shown(qtbot, card: PadCard) -> None:
    _draw(qtbot, card)
    card.show_prediction(_prediction(0, classes=47))
    assert card.prediction.text() == ""


def test_a_network_that_has_diverged_gives_no_prediction(qtbot, card: PadCard) -> None:
    _draw(qtbot, card)
    card.show_prediction(_prediction(0))
    good = _prediction(10)
    nothing = np.full(10, np.nan, np.float32)
    card.show_prediction(Prediction(1, 1, 10, good.seen, nothing))
    assert card.prediction.text() == ""
    assert card.bars.shown() == [0.0] * 10


def test_the_buttons_follow_what_can_be_done(qtbot, card: PadCard) -> None:
    undo, clear, eraser = (_button(card, n) for n in ("Undo stroke", "Clear the pad", "Eraser"))
    redo = _action(card, "Redo")
    assert not any(thing.isEnabled() for thing in (undo, clear, redo))
    _draw(qtbot, card)
    assert undo.isEnabled()
    assert clear.isEnabled()
    qtbot.mouseClick(undo, LEFT)
    assert card.pad.canvas.is_empty
    assert redo.isEnabled()
    redo.trigger()
    assert not card.pad.canvas.is_empty
    qtbot.mouseClick(eraser, LEFT)
    assert card.pad.is_erasing
    card.pad.set_erasing(False)
    assert not eraser.isChecked()


def test_a_brush_is_chosen_from_the_menu(card: PadCard) -> None:
    assert _action(card, "Medium, 22 px").isChecked()
    _action(card, "Broad, 32 px").trigger()
    assert card.pad.brush_px == 32
    card.pad.set_brush_px(30)
    assert not _action(card, "Broad, 32 px").isChecked()


def test_every_brush_of_the_menu_can_be_chosen(card: PadCard) -> None:
    brushes = [a for menu in card.findChildren(QMenu) for a in menu.actions() if " px" in a.text()]
    widths = []
    for brush in brushes:
        brush.trigger()
        assert brush.text().endswith(f", {card.pad.brush_px} px")
        assert [other for other in brushes if other.isChecked()] == [brush]
        widths.append(card.pad.brush_px)
    assert widths == sorted(set(widths))
    assert (widths[0], widths[-1]) == (BRUSH_MIN_PX, BRUSH_MAX_PX)


def test_the_pencil_takes_the_pen_and_then_offers_its_widths(qtbot, card: PadCard) -> None:
    _draw(qtbot, card)
    qtbot.mouseClick(_button(card, "Eraser"), LEFT)
    qtbot.mouseClick(_button(card, "Pen"), LEFT)
    assert not card.pad.is_erasing
    assert QApplication.activePopupWidget() is None
    qtbot.mouseClick(_button(card, "Pen"), LEFT)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()


def test_show_me_one_asks_and_the_example_is_announced_as_prepared(qtbot, card: PadCard) -> None:
    with qtbot.waitSignal(card.example_requested):
        _action(card, "Show me one").trigger()
    with qtbot.waitSignal(card.drawing_changed) as changed:
        card.show_example(np.full((1, 28, 28), 80, np.uint8), "test image 17: 4")
    assert changed.args[1] is True
    with qtbot.waitSignal(card.drawing_changed, check_params_cb=lambda _, prepared: not prepared):
        _draw(qtbot, card)


def test_a_file_is_opened_and_saved_through_dialogs(qtbot, card: PadCard, tmp_path: Path) -> None:
    picture = QImage(20, 20, QImage.Format.Format_RGB32)
    picture.fill(QColor("black"))
    picture.setPixelColor(10, 10, QColor("white"))
    picture.save(str(tmp_path / "dot.png"))
    _action(card, "Open image…").trigger()
    dialog = card.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "dot.png"))
    dialog.close()
    assert not card.pad.canvas.is_empty
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    _action(card, "Save drawing…").trigger()
    dialog = card.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "drawing.png"))
    dialog.close()
    assert QImage(str(tmp_path / "drawing.png")).width() == 280


def test_the_card_passes_failures_on(qtbot, card: PadCard, tmp_path: Path) -> None:
    with qtbot.waitSignal(card.failed) as failed:
        card.pad.open_file(tmp_path / "absent.png")
    assert failed.args[0].startswith("absent.png")


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("classes", [10, 47])
def test_everything_fits_at_the_smallest_size_and_shrinks_back(
    qapp: QApplication, card: PadCard, theme: Theme, scale: float, classes: int
) -> None:
    card.set_classes(tuple(f"class {k}" for k in range(classes)))
    theme.set_scale(scale)
    dress_window(card, theme)
    for size in ((264, 610), (320, 980), (264, 610)):
        card.resize(*size)
        qapp.processEvents()
        assert (card.width(), card.height()) == size
        bottoms = [
            widget.mapTo(card, widget.rect().bottomLeft()).y()
            for widget in (card.pad, card.prediction, card.bars, card.strip)
        ]
        assert bottoms == sorted(bottoms)
        assert bottoms[-1] < size[1]
    assert card.pad.height() >= 96
    if scale == 1:
        assert card.pad.height() > 230


def test_more_classes_need_a_taller_card(qapp: QApplication, card: PadCard) -> None:
    needed = []
    for count in (4, 10, 12, 4):
        card.set_classes(tuple(f"class {k}" for k in range(count)))
        qapp.processEvents()
        needed.append(card.minimumSizeHint().height())
    assert needed[0] == needed[3] < needed[1] < needed[2]


def test_the_heading_and_the_invitation_can_be_set(card: PadCard) -> None:
    before = card.pad.grab().toImage()
    card.set_heading("Draw clothes")
    assert card.title is not None
    assert card.title.text() == "Draw clothes"
    assert card.pad.grab().toImage() != before


def test_every_control_says_what_it_does(card: PadCard) -> None:
    for button in card.findChildren(QAbstractButton):
        assert button.toolTip().endswith("."), button
        assert button.accessibleName(), button
    for menu in card.findChildren(QMenu):
        for action in menu.actions():
            assert action.isSeparator() or action.toolTip().endswith("."), action.text()


def test_colour_data_offer_the_colours_of_the_pen(card: PadCard) -> None:
    button = card.ink_button
    assert not button.isVisible()
    card.set_image_shape((3, 32, 32))
    assert button.isVisible()
    assert button.accessibleName() == "Colour of the pen: White"
    for action in button.menu().actions():
        if action.text() == "Red":
            action.trigger()
    assert button.accessibleName() == "Colour of the pen: Red"
    assert card.pad.ink == QColor(INKS["Red"])
    assert _button(card, "Pen").isEnabled()
    card.show_example(np.zeros((3, 32, 32), np.uint8), "test image 1: cat")
    assert card.collecting.add_button.isEnabled()
    card.set_image_shape((1, 28, 28))
    assert not button.isVisible()


def test_any_other_colour_can_be_mixed_while_training_goes_on(qtbot, card: PadCard) -> None:
    card.set_image_shape((3, 32, 32))
    next(a for a in card.ink_button.menu().actions() if a.text() == "Other colour…").trigger()
    (dialog,) = card.findChildren(QColorDialog)
    dialog.setCurrentColor(QColor(1, 2, 3))
    dialog.accept()
    assert card.pad.ink == QColor(1, 2, 3)
    assert card.ink_button.accessibleName() == "Colour of the pen: #010203"


def test_the_card_follows_the_theme(qtbot, card: PadCard, theme: Theme) -> None:
    dark = card.grab().toImage()
    theme.set_dark(False)
    assert card.grab().toImage() != dark
