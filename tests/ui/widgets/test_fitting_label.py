"""A label shows the longest of its texts that fits."""

from PySide6.QtGui import QImage

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.fitting_label import FittingLabel

LONG, SHORT = "1,024 images of 10 classes", "1,024 images"


def _painted(qtbot, width: int, *texts: str) -> QImage:
    label = FittingLabel(Theme())
    qtbot.addWidget(label)
    label.set_texts(*texts)
    label.resize(width, 20)
    return label.grab().toImage()


def test_the_longest_text_that_fits_is_painted(qtbot) -> None:
    label = FittingLabel(Theme())
    qtbot.addWidget(label)
    label.set_texts(LONG, SHORT)
    assert label.text == LONG
    width = label.sizeHint().width()
    assert _painted(qtbot, width, LONG, SHORT) == _painted(qtbot, width, LONG)
    assert _painted(qtbot, width - 1, LONG, SHORT) == _painted(qtbot, width - 1, SHORT)
