"""Every tab says what to do before there is anything to show."""

import pytest
from PySide6.QtWidgets import QLabel

from netviz.ui.confusion_view import ConfusionView
from netviz.ui.data_view import DataView
from netviz.ui.empty_state import EmptyState
from netviz.ui.gradient_view import GradientView
from netviz.ui.ledger_view import LedgerView
from netviz.ui.mistake_gallery import MistakeGallery
from netviz.ui.theme import Theme
from netviz.ui.weight_view import WeightView

VIEWS = (WeightView, GradientView, MistakeGallery, ConfusionView, DataView, LedgerView)


@pytest.mark.parametrize("view_class", VIEWS)
def test_an_empty_tab_says_what_to_do(qtbot, view_class) -> None:
    view = view_class(Theme())
    qtbot.addWidget(view)
    view.show()
    assert not view.has_content
    assert view.empty.isVisible()
    assert view.empty.text.split()[0] in ("Press", "Choose", "Every")
    assert view.empty.text.endswith(".")


@pytest.mark.parametrize("view_class", VIEWS)
def test_a_tab_takes_on_another_theme_and_scale(qtbot, view_class) -> None:
    theme = Theme()
    view = view_class(theme)
    qtbot.addWidget(view)
    view.show()
    before = view.grab().toImage()
    theme.set_dark(False)
    theme.set_scale(1.5)
    assert view.grab().toImage() != before


def test_the_sentence_can_change_and_grows_with_the_scale(qtbot) -> None:
    theme = Theme()
    empty = EmptyState(theme, "info", "Press Train.")
    qtbot.addWidget(empty)
    label = next(label for label in empty.findChildren(QLabel) if label.text())
    before = label.font().pixelSize()
    theme.set_scale(2)
    empty.set_text("Draw a digit.")
    assert empty.text == "Draw a digit."
    assert label.font().pixelSize() == 2 * before
