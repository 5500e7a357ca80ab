"""Colours, fonts and scale, and the one object that tells when they change."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase

from netviz import paths
from netviz.ui.look.damaged_resources import note_damaged

FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
_FILES = (
    *(f"Inter-{weight}.otf" for weight in ("Regular", "Medium", "SemiBold", "Bold")),
    "JetBrainsMono-Regular.ttf",
)


@dataclass(frozen=True)
class Colors:
    """The colours of one theme, as ``#RRGGBB``.

    `ground`, `surface` and `raised` are backgrounds, from the window up to a button. `train`
    and `test` mark everything measured on that split, `ledger` what the user changed. `right`
    and `wrong` are never used without a tick or a cross. `primary` marks the main button and
    the focus, `primary_fill` is its background behind white letters. `quiet` is for small,
    less important text that must still be readable, `faint` only for lines and shapes. `pill` is
    behind what floats over the rest, and of tracks. `branch_a` to `branch_f` are runs that are set
    side by side, `ghost` one that was left, `later` what comes after the step that is looked at.
    `lit` is behind the row that is chosen.
    `negative` and `positive` are the ends of the scale of signed values.
    """

    ground: str
    surface: str
    raised: str
    border: str
    grid: str
    text: str
    muted: str
    faint: str
    train: str
    test: str
    ledger: str
    right: str
    wrong: str
    primary: str
    primary_fill: str
    quiet: str
    warning: str
    pill: str
    branch_a: str
    branch_b: str
    branch_c: str
    branch_d: str
    branch_e: str
    branch_f: str
    ghost: str
    later: str
    lit: str
    on_primary: str = "#FFFFFF"
    negative: str = "#0072B2"
    positive: str = "#D55E00"


DARK = Colors(
    ground="#12161B",
    surface="#1A2027",
    raised="#242C35",
    border="#2E3842",
    grid="#252E38",
    text="#E8EDF3",
    muted="#94A1B2",
    faint="#5C6977",
    train="#56B4E9",
    test="#E69F00",
    ledger="#CC79A7",
    right="#2FBF8F",
    wrong="#F0764A",
    primary="#2F81F7",
    primary_fill="#1F6FEB",
    quiet="#8491A1",
    warning="#E6B450",
    pill="#2C3641",
    branch_a="#56B4E9",
    branch_b="#F0E442",
    branch_c="#2FBF8F",
    branch_d="#CC79A7",
    branch_e="#E69F00",
    branch_f="#A99CFF",
    ghost="#6E7B8A",
    later="#3E4A57",
    lit="#1D2C40",
)
LIGHT = Colors(
    ground="#EEF1F5",
    surface="#FFFFFF",
    raised="#F3F5F8",
    border="#D6DCE4",
    grid="#E6EAEF",
    text="#17202B",
    muted="#5A6675",
    faint="#97A2AF",
    train="#0072B2",
    test="#D55E00",
    ledger="#A6457F",
    right="#00795A",
    wrong="#B84300",
    primary="#0B62D6",
    primary_fill="#0B62D6",
    quiet="#697584",
    warning="#8A6100",
    pill="#E4E9EF",
    branch_a="#0072B2",
    branch_b="#17202B",
    branch_c="#00795A",
    branch_d="#A6457F",
    branch_e="#9A5B00",
    branch_f="#5B4BB5",
    ghost="#8692A0",
    later="#C3CCD6",
    lit="#E3EEFC",
)


class Theme(QObject):
    """The current look; widgets read it when they draw and listen to `changed`.

    Signals
    -------
    changed
        The colours or the scale changed; no arguments.
    """

    changed = Signal()

    def __init__(self, *, dark: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # A bare machine may have no fonts at all.
        _load_fonts(paths.resources_dir())
        self._dark = dark
        self._scale = 1.0

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self._dark

    @property
    def colors(self) -> Colors:
        """The colours in use."""
        return DARK if self._dark else LIGHT

    @property
    def scale(self) -> float:
        """Factor on fonts, pens and spacing: 1, more on the stage, less on a small screen."""
        return self._scale

    def color(self, token: str, opacity: float = 1.0) -> QColor:
        """Return one colour by the name of its token, at `opacity` 0..1."""
        return _color(getattr(self.colors, token), opacity)

    def font(self, size_px: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Return the interface's font with tabular figures, `size_px` scaled."""
        return QFont(_font(self.px(size_px), weight))

    def code_font(self, size_px: int = 13) -> QFont:
        """Return the font of code, all of whose letters are equally wide, `size_px` scaled."""
        return QFont(_code_font(self.px(size_px)))

    def px(self, length: float) -> int:
        """Scale a length of the design, in whole pixels."""
        return max(1, round(length * self._scale))

    def set_dark(self, dark: bool) -> None:
        """Choose the dark or the light colours."""
        if dark != self._dark:
            self._dark = dark
            self.changed.emit()

    def set_scale(self, scale: float) -> None:
        """Choose the factor on fonts, pens and spacing."""
        if scale != self._scale:
            self._scale = scale
            self.changed.emit()


@lru_cache(512)
def _color(name: str, opacity: float) -> QColor:
    """Make a colour once, since views ask for theirs every time they paint."""
    color = QColor(name)
    color.setAlphaF(opacity)
    return color


@cache
def _font(size_px: int, weight: QFont.Weight) -> QFont:
    """Make a font once, since views ask for theirs every time they paint."""
    font = QFont(FAMILY)
    font.setPixelSize(size_px)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@cache
def _code_font(size_px: int) -> QFont:
    font = QFont(CODE_FAMILY)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(size_px)
    font.setFeature(QFont.Tag("calt"), 0)  # else it draws >= as one sign
    return font


@cache
def _load_fonts(shipped: Path) -> None:
    """Register the shipped fonts once; needs a QGuiApplication."""
    for name in _FILES:
        file = shipped / "fonts" / name
        if QFontDatabase.addApplicationFont(str(file)) < 0:
            note_damaged(file)
