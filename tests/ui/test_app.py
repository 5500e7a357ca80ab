"""What belongs to the application and not to one widget."""

import gc

from PySide6.QtWidgets import QApplication

from netviz.ui.theme import DARK, LIGHT


def test_the_whole_window_follows_the_theme_at_any_time(qapp: QApplication, open_window) -> None:
    window = open_window()
    gc.collect()
    for _ in range(3):
        window.actions_by_key["theme"].trigger()
        dark = window.theme.dark
        assert (DARK if dark else LIGHT).ground in qapp.styleSheet()
        assert (LIGHT if dark else DARK).ground not in qapp.styleSheet()
