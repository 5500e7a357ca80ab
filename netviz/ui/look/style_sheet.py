"""Puts the theme on the application and its windows: palette, font and style sheet."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLayout, QWidget

from netviz.ui.look.dialog_icons import use_own_icons
from netviz.ui.look.style_rules import style_rules
from netviz.ui.look.theme import Theme


def dress_application(theme: Theme) -> None:
    """Give the application the palette and the font of `theme`."""
    if QApplication.style().objectName() != "fusion":
        QApplication.setStyle("fusion")
    # The palette is set by hand, since not every platform supports setColorScheme.
    QApplication.setPalette(_palette(theme))
    QApplication.setFont(theme.font())
    use_own_icons(theme)


def dress_window(window: QWidget, theme: Theme) -> None:
    """Give `window` and all that is in it the look of `theme`; call it again when that changes."""
    dress_application(theme)
    # A style sheet of the whole application would be slow: when it changes, Qt polishes each
    # widget once for every one of its ancestors.
    window.setStyleSheet(style_rules(theme))


def remeasure(window: QWidget) -> None:
    """Let the hidden parts of `window` find out how large they are in its present look.

    Qt tells them, and the layouts around them, when they are shown; until then the window would
    take the sizes of an earlier look, or of none, for its least size.
    """
    for widget in window.findChildren(QWidget):
        widget.ensurePolished()
        widget.updateGeometry()
    for layout in window.findChildren(QLayout):
        layout.invalidate()


def set_style_property(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property that the style sheet selects by, and restyle `widget` accordingly."""
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
