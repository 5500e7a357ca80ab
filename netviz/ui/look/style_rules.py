"""The rules of the style sheet, written in the theme's colours and lengths."""

import contextlib
from hashlib import sha256

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import StorageError
from netviz.paths import cache_dir
from netviz.ui.look.icons import tinted_svg
from netviz.ui.look.theme import Theme


def style_rules(theme: Theme) -> str:
    """Return the style sheet of all widgets in the colours and the scale of `theme`.

    Widgets choose a look by properties: ``role`` of a label (muted, hint, fact, problem, tag,
    chip, strong), ``kind`` of a button (primary, small, quiet, menu), ``invalid`` of a field.
    """
    parts = (
        _surfaces,
        _labels,
        _buttons,
        _fields,
        _arrows_and_ticks,
        _lists,
        _tabs_and_splitters,
        _bars,
    )
    return "\n".join(part(theme) for part in parts)


def _surfaces(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QMainWindow, QDialog {{ background: {c.ground}; }}
QFrame#card {{
    background: {c.surface}; border: 1px solid {c.border}; border-radius: {px(10)}px;
}}
QFrame#topBar {{
    background: {c.surface}; border: none; border-bottom: 1px solid {c.border};
}}
QFrame#banner {{
    background: {_rgba(theme, "ledger", 0.12)};
    border: 1px solid {_rgba(theme, "ledger", 0.55)}; border-radius: {px(8)}px;
}}
QFrame#notice {{
    background: {c.pill}; border: 1px solid {c.primary}; border-radius: {px(8)}px;
}}
QFrame#notice[kind="success"] {{ border-color: {c.right}; }}
QFrame#notice[kind="warning"] {{ border-color: {c.warning}; }}
QFrame#notice[kind="error"] {{ border-color: {c.wrong}; }}
QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; border: none; }}
QToolTip {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    padding: {px(5)}px {px(7)}px; font-size: {px(12)}px;
}}
"""


def _labels(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QLabel {{ color: {c.text}; background: transparent; }}
QLabel:disabled {{ color: {c.quiet}; }}
QLabel[role="muted"] {{ color: {c.muted}; }}
QLabel[role="hint"] {{ color: {c.quiet}; font-size: {px(12)}px; }}
QLabel[role="fact"] {{ color: {c.muted}; font-size: {px(12)}px; }}
QLabel[role="problem"] {{ color: {c.wrong}; font-size: {px(12)}px; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="tag"] {{
    color: {c.ledger}; background: {_rgba(theme, "ledger", 0.14)}; font-size: {px(12)}px;
    font-weight: 500; border-radius: {px(4)}px; padding: 0 {px(4)}px;
}}
QLabel[role="chip"] {{
    color: {c.muted}; border: 1px solid {c.border}; border-radius: {px(10)}px;
    padding: {px(3)}px {px(9)}px;
}}
"""


def _buttons(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    down = _arrow("chevron-down", c.muted)
    return f"""
QPushButton, QToolButton {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {px(8)}px; padding: {px(7)}px {px(12)}px; font-weight: 500;
}}
QToolButton {{ padding: {px(7)}px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {c.faint}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.border}; }}
QPushButton:focus, QToolButton:focus {{
    border: 2px solid {c.primary}; padding: {px(6)}px {px(11)}px;
}}
QToolButton:focus {{ padding: {px(6)}px; }}
QPushButton:disabled, QToolButton:disabled {{
    color: {c.quiet}; background: {c.surface}; border-color: {c.border};
}}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[kind="menu"] {{ padding-right: {px(22)}px; text-align: left; }}
QToolButton[kind="menu"]::menu-indicator {{
    image: url({down}); width: {px(14)}px; height: {px(14)}px;
    subcontrol-origin: border; subcontrol-position: right center; right: {px(6)}px;
}}
QToolButton:checked {{ border-color: {c.primary}; }}
QPushButton[kind="primary"] {{
    background: {c.primary_fill}; color: {c.on_primary}; border-color: {c.primary_fill};
    font-weight: 600;
}}
QPushButton[kind="primary"]:hover {{ border-color: {c.primary}; background: {c.primary}; }}
QPushButton[kind="primary"]:pressed {{ background: {c.primary_fill}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{
    background: {c.raised}; color: {c.quiet}; border-color: {c.border};
}}
QPushButton[kind="small"] {{
    padding: {px(3)}px {px(8)}px; border-radius: {px(6)}px; font-size: {px(12)}px;
}}
QPushButton[kind="small"]:focus {{ padding: {px(3) - 1}px {px(8) - 1}px; }}
QToolButton[kind="quiet"], QPushButton[kind="quiet"] {{
    background: transparent; border-color: transparent; padding: {px(3)}px;
    border-radius: {px(6)}px; color: {c.muted};
}}
QToolButton[kind="quiet"]:hover, QPushButton[kind="quiet"]:hover {{
    background: {c.raised}; color: {c.text};
}}
QToolButton[kind="quiet"]:focus, QPushButton[kind="quiet"]:focus {{
    border: 2px solid {c.primary}; padding: {px(3) - 1}px;
}}
"""


def _fields(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    fields = "QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit"
    down, down_off = _arrow("chevron-down", c.muted), _arrow("chevron-down", c.faint)
    return f"""
{fields} {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: {px(6)}px; padding: 0 {px(8)}px; min-height: {px(26)}px;
    selection-background-color: {c.primary_fill}; selection-color: {c.on_primary};
}}
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {{ border-color: {c.faint}; }}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus {{
    border: 2px solid {c.primary}; padding: 0 {px(8) - 1}px; min-height: {px(26) - 2}px;
}}
QLineEdit[invalid="true"], QComboBox[invalid="true"], QAbstractSpinBox[invalid="true"] {{
    border: 2px solid {c.wrong}; padding: 0 {px(8) - 1}px; min-height: {px(26) - 2}px;
}}
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{
    color: {c.quiet}; background: {c.surface};
}}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{
    border: none; padding: 0; background: transparent; min-height: 0;
}}
QAbstractSpinBox {{ padding: 0; max-height: {px(26)}px; }}
QAbstractSpinBox:focus, QAbstractSpinBox[invalid="true"] {{ max-height: {px(26) - 2}px; }}
QLineEdit#rate {{
    background: transparent; border-color: transparent; padding: 0 0 0 {px(2)}px;
    font-size: {px(24)}px; font-weight: 600;
    min-height: {px(32) - 2}px; max-height: {px(32) - 2}px;
}}
QLineEdit#rate:focus, QLineEdit#rate[invalid="true"] {{
    min-height: {px(32) - 4}px; max-height: {px(32) - 4}px;
}}
QLineEdit#rate:hover {{ background: {c.raised}; }}
QLineEdit#rate:focus {{
    background: {c.raised}; border-color: {c.primary}; padding: 0 0 0 {px(6)}px;
}}
QLineEdit#rate[invalid="true"] {{ border-color: {c.wrong}; padding: 0 0 0 {px(6)}px; }}
QComboBox::drop-down {{ border: none; width: {px(22)}px; }}
QComboBox::down-arrow {{ image: url({down}); width: {px(14)}px; height: {px(14)}px; }}
QComboBox::down-arrow:disabled {{ image: url({down_off}); }}
"""


def _arrows_and_ticks(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    down, up = _arrow("chevron-down", c.muted), _arrow("chevron-up", c.muted)
    down_off, up_off = _arrow("chevron-down", c.faint), _arrow("chevron-up", c.faint)
    check = _arrow("check", c.on_primary)
    return f"""
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: padding; border: none; background: transparent; width: {px(20)}px;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox::up-arrow {{ image: url({up}); width: {px(12)}px; height: {px(12)}px; }}
QAbstractSpinBox::down-arrow {{ image: url({down}); width: {px(12)}px; height: {px(12)}px; }}
QAbstractSpinBox::up-arrow:disabled, QAbstractSpinBox::up-arrow:off {{ image: url({up_off}); }}
QAbstractSpinBox::down-arrow:disabled, QAbstractSpinBox::down-arrow:off {{
    image: url({down_off});
}}
QCheckBox, QRadioButton {{ color: {c.text}; spacing: {px(6)}px; background: transparent; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {c.quiet}; }}
QCheckBox::indicator {{
    width: {px(14)}px; height: {px(14)}px; border: 1px solid {c.faint};
    border-radius: {px(4)}px; background: {c.raised};
}}
QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {c.primary}; }}
QCheckBox::indicator:checked {{
    background: {c.primary_fill}; border-color: {c.primary_fill}; image: url({check});
}}
"""


def _lists(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QComboBox QAbstractItemView, QMenu {{
    background: {c.surface}; color: {c.text}; border: 1px solid {c.border}; outline: none;
    padding: {px(4)}px;
}}
QComboBox QAbstractItemView::item {{ min-height: {px(26)}px; padding: 0 {px(6)}px; }}
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected,
QMenu::item:selected, QMenuBar::item:selected {{ background: {c.raised}; color: {c.text}; }}
QMenu::item {{ padding: {px(6)}px {px(24)}px {px(6)}px {px(12)}px; border-radius: {px(4)}px; }}
QMenu::item:disabled {{ color: {c.quiet}; }}
QMenu::icon {{ padding-left: {px(8)}px; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: {px(4)}px {px(8)}px; }}
QMenuBar {{ background: {c.surface}; color: {c.text}; }}
QMenuBar::item {{ padding: {px(4)}px {px(8)}px; background: transparent; }}
QListView, QTreeView, QTableView {{
    background: {c.surface}; color: {c.text}; border: none; outline: none;
    selection-background-color: {c.raised}; selection-color: {c.text};
    gridline-color: {c.grid}; alternate-background-color: {c.surface};
}}
QHeaderView::section {{
    background: {c.surface}; color: {c.muted}; border: none;
    border-bottom: 1px solid {c.border}; padding: {px(4)}px {px(6)}px; font-size: {px(12)}px;
}}
QHeaderView::up-arrow, QHeaderView::down-arrow {{
    subcontrol-origin: border; subcontrol-position: right center; width: {px(9)}px;
    height: {px(9)}px;
}}
QHeaderView::up-arrow {{ image: url({_arrow("chevron-up", c.text)}); }}
QHeaderView::down-arrow {{ image: url({_arrow("chevron-down", c.text)}); }}
"""


def _tabs_and_splitters(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QTabWidget::pane {{ border: none; border-top: 1px solid {c.border}; }}
QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {c.muted}; border: none;
    border-bottom: 2px solid transparent; padding: {px(8)}px {px(10)}px; font-weight: 500;
}}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.primary}; }}
QTabBar::tab:selected:focus {{ background: {c.raised}; }}
QTabBar QToolButton {{ padding: 0; border-radius: 0; background: {c.surface}; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {c.border}; }}
"""


def _bars(theme: Theme) -> str:
    c, px = theme.colors, theme.px
    return f"""
QStatusBar {{
    background: {c.surface}; color: {c.muted}; border-top: 1px solid {c.border};
    font-size: {px(12)}px;
}}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {c.muted}; font-size: {px(12)}px; }}
QProgressBar {{
    background: {c.raised}; border: none; border-radius: {px(3)}px;
    min-height: {px(6)}px; max-height: {px(6)}px;
}}
QProgressBar::chunk {{ background: {c.train}; border-radius: {px(3)}px; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: {px(8)}px; }}
QScrollBar:horizontal {{ height: {px(8)}px; }}
QScrollBar::handle {{ background: {c.border}; border-radius: {px(3)}px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: {px(28)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(28)}px; }}
QScrollBar::handle:hover {{ background: {c.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _rgba(theme: Theme, token: str, opacity: float) -> str:
    color = theme.color(token)
    return f"rgba({color.red()}, {color.green()}, {color.blue()}, {opacity})"


def _arrow(name: str, color: str) -> str:
    """Write an icon in `color` to a file, since a style sheet takes pictures only from files."""
    drawing = tinted_svg(name, color)
    file = cache_dir() / "icons" / f"{name}-{sha256(drawing).hexdigest()[:16]}.svg"
    with contextlib.suppress(OSError, StorageError):  # then there is no arrow to be seen
        # Named by its content, so one that is there is right; a damaged one is written anew.
        if not file.is_file() or file.read_bytes() != drawing:
            write_whole(file, lambda temporary: temporary.write_bytes(drawing))
    return file.as_posix()
