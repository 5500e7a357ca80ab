"""A splitter whose sizes follow from its room, until the user drags a handle."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from netviz.ui.look.theme import Theme

GAP_PX = 12
UNBOUNDED = 2**24 - 1
"""What Qt takes for a largest size without a bound."""

Sizes = tuple[float, ...]
Rule = Callable[[float, Sizes | None], Sizes]


class FittedSplitter(QSplitter):
    """Puts parts beside each other in sizes that are derived anew whenever the room changes.

    So a size is the same however the window came to it: after a mode, another scale or a part
    that was hidden for a while, nothing has to be put back.

    Parameters
    ----------
    rule
        Returns the sizes of the visible parts, in lengths of scale 1, for a room of this length
        and for the sizes that the user chose, None before that.

    Attributes
    ----------
    chosen
        What the user dragged: the sizes of all parts, 0 for hidden ones, in lengths of scale 1.
    """

    def __init__(self, theme: Theme, orientation: Qt.Orientation, rule: Rule) -> None:
        super().__init__(orientation)
        self._theme = theme
        self._rule = rule
        self.chosen: Sizes | None = None
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._on_splitter_moved)
        theme.changed.connect(self._restyle)
        self._restyle()

    def choose(self, sizes: Sizes | None) -> None:
        """Take sizes as if the user had dragged the handles; None for the usual ones."""
        self.chosen = sizes if sizes and len(sizes) == self.count() else None
        self.fit()

    def fit(self) -> None:
        """Give every part its size."""
        scale = self._theme.scale
        parts = [self.widget(index) for index in range(self.count())]
        shown = sum(part is not None and not part.isHidden() for part in parts)
        inside = self.contentsRect().size()
        room = (
            inside.width() if self.orientation() is Qt.Orientation.Horizontal else inside.height()
        )
        room -= self.handleWidth() * (shown - 1)
        sizes = self._rule(room / scale, self.chosen)
        self.setSizes([round(size * scale) for size in sizes])

    def show_part(self, part: QWidget, shown: bool) -> None:
        """Show a part, or give its room to the others."""
        self.show_parts({part: shown})

    def show_parts(self, shown: Mapping[QWidget, bool]) -> None:
        """Show parts, or give their room to the others, all at once."""
        for part, is_shown in shown.items():
            part.setVisible(is_shown)
        self.refresh()  # by itself it takes note of that later
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _on_splitter_moved(self) -> None:
        present = [size / self._theme.scale for size in self.sizes()]
        # A part that is hidden has no size, but one that it comes back with.
        before = self.chosen or (0.0,) * len(present)
        self.chosen = tuple(new or old for new, old in zip(present, before, strict=True))

    def _restyle(self) -> None:
        self.setHandleWidth(self._theme.px(GAP_PX))
        self.fit()
