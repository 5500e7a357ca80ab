"""The colours of the cells of a confusion matrix."""

from PySide6.QtGui import QColor

from netviz.ui.look.theme import Theme


def cell_color(theme: Theme, *, is_correct: bool, level: float) -> QColor:
    """Return the colour of a cell: of an empty one at level 0, the full colour at 1."""
    low, high = theme.color("raised"), theme.color("right" if is_correct else "wrong")
    parts = (
        round(getattr(low, name)() + level * (getattr(high, name)() - getattr(low, name)()))
        for name in ("red", "green", "blue")
    )
    return QColor(*parts)


def ink_on(color: QColor) -> QColor:
    """Return black or white, whichever is easier to read on `color`."""
    red, green, blue = (
        (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for part in (color.redF(), color.greenF(), color.blueF())
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#0B0F14" if luminance > 0.18 else "#FFFFFF")
