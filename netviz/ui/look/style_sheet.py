"""Puts the theme on the application and its windows: palette, font and style sheet."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from netviz.ui.look.style_rules import style_rules
from netviz.ui.look.theme import Theme


def dress_application(theme: Theme) -> None:
    """Give the application the palette and the type of `theme`, before it has windows."""
    if QApplication.style().objectName() != "fusion":
        QApplication.setStyle("fusion")
    # The palette is set by hand since not every platform obeys setColorScheme.
    QApplication.setPalette(_palette(theme))
    QApplication.setFont(theme.font())


def dress_window(window: QWidget, theme: Theme) -> None:
    """Dress `window` and all that is in it; call again when the theme has changed."""
    dress_application(theme)
    # Not the application's sheet: when that changes, Qt polishes a widget once for every
    # widget around it, which takes five times as long as all the rest.
    window.setStyleSheet(style_rules(theme))


def set_style_property(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property that the style sheet selects by, and let `widget` look so at once."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    tokens = {
        role.Window: "ground",
        role.WindowText: "text",
        role.Base: "raised",
        role.AlternateBase: "surface",
        role.Text: "text",
        role.Button: "raised",
        role.ButtonText: "text",
        role.BrightText: "on_primary",
        role.ToolTipBase: "raised",
        role.ToolTipText: "text",
        role.PlaceholderText: "quiet",
        role.Highlight: "primary_fill",
        role.HighlightedText: "on_primary",
        role.Link: "primary",
        role.Accent: "primary",
        role.Light: "raised",
        role.Midlight: "raised",
        role.Mid: "border",
        role.Dark: "border",
        role.Shadow: "ground",
    }
    palette = QPalette()
    for color_role, token in tokens.items():
        palette.setColor(color_role, theme.color(token))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, theme.color("quiet"))
    return palette
