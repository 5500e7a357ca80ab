"""Every tab says what to do before there is anything to show."""

import pytest
from PySide6.QtWidgets import QLabel

from netviz.ui.look.theme import Theme
from netviz.ui.views.confusion.confusion_view import ConfusionView
from netviz.ui.views.data.data_view import DataView
from netviz.ui.views.gradients.gradient_view import GradientView
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.views.weights.weight_view import WeightView
from netviz.ui.widgets.empty_state import EmptyState

VIEWS = (WeightView, GradientView, MistakeView, ConfusionView, DataView, LedgerView)


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
def test_a_tab_follows_the_theme_and_scale(qtbot, view_class) -> None:
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
