"""Cards have a title and scale with the theme."""

import pytest

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card


@pytest.fixture
def theme(qapp) -> Theme:
    return Theme()


def test_card_has_its_title_and_grows_with_the_scale(qtbot, theme: Theme) -> None:
    card = Card(theme, "Draw a digit")
    qtbot.addWidget(card)
    assert card.title is not None
    assert card.title.text() == "Draw a digit"
    assert card.layout().contentsMargins().left() == 12
    theme.set_scale(1.5)
    assert card.layout().contentsMargins().left() == 18
