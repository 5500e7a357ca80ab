"""A low combo box for a row of controls."""

from PySide6.QtCore import QSignalBlocker, QSize
from PySide6.QtWidgets import QComboBox

from netviz.ui.look.theme import Theme


class CompactCombo(QComboBox):
    """A low combo box, no wider than its longest entry or `widest_px`."""

    def __init__(self, theme: Theme, name: str, tooltip: str, widest_px: int = 120) -> None:
        super().__init__()
        self._theme = theme
        self._widest_px = widest_px
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_entries(self, texts: list[str]) -> None:
        """Replace the entries and choose the first; emits nothing."""
        with QSignalBlocker(self):
            self.clear()
            self.addItems(texts)
            self.setCurrentIndex(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(56), super().minimumSizeHint().height())

    def choose(self, index: int) -> None:
        """Choose an entry; emits nothing."""
        with QSignalBlocker(self):
            self.setCurrentIndex(index)

    def _restyle(self) -> None:
        px = self._theme.px
        self.setMaximumWidth(px(self._widest_px))
        self.setStyleSheet(
            f"QComboBox {{ font-size: {px(12)}px; min-height: {px(22)}px;"
            f" padding: 0 {px(4)}px 0 {px(8)}px; }}"
            f"QComboBox:focus {{ min-height: {px(22) - 2}px;"
            f" padding: 0 {px(4) - 1}px 0 {px(8) - 1}px; }}"
        )
