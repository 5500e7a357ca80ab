"""The small button that stands beside things and shows only a picture."""

from PySide6.QtWidgets import QToolButton


def quiet_button(name: str, tooltip: str) -> QToolButton:
    """Make one; `name` is what it is called where its picture cannot be seen."""
    button = QToolButton()
    button.setProperty("kind", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(tooltip)
    return button
