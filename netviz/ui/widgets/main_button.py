"""The one button of a dialog that Return presses."""

from PySide6.QtWidgets import QDialog, QPushButton

from netviz.ui.look.style_sheet import set_style_property


def make_main(dialog: QDialog, button: QPushButton) -> None:
    """Make `button` the blue one, which Return presses wherever the focus is in `dialog`.

    Qt would let it press whichever button comes first; call this once all of them are there.
    """
    for other in dialog.findChildren(QPushButton):
        other.setAutoDefault(False)
    set_style_property(button, "kind", "primary")
    button.setDefault(True)
