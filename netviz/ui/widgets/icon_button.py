"""A small flat button that shows only an icon."""

from PySide6.QtWidgets import QToolButton


def quiet_button(name: str, tooltip: str) -> QToolButton:
    """Return a flat button; `name` is its accessible name."""
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(tooltip)
    return button
