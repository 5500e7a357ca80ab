"""The icons in Qt's own dialogs are NetViz's, whatever icons the desktop has."""

from hashlib import sha256
from pathlib import Path

from PySide6.QtGui import QIcon

from netviz.engine.atomic_files import write_files_whole
from netviz.engine.errors import StorageError
from netviz.paths import cache_dir
from netviz.ui.look.icons import tinted_svg
from netviz.ui.look.theme import Theme

_NAMES = {
    "dialog-information": ("info", "primary"),
    "dialog-question": ("circle-help", "primary"),
    "dialog-warning": ("triangle-alert", "warning"),
    "dialog-error": ("circle-x", "wrong"),
    "dialog-ok": ("check", "text"),
    "dialog-ok-apply": ("check", "text"),
    "dialog-cancel": ("x", "text"),
    "dialog-close": ("x", "text"),
    "window-close": ("x", "text"),
    "document-save": ("save", "text"),
    "document-open": ("folder-open", "text"),
    "document-properties": ("info", "text"),
    "edit-undo": ("undo-2", "text"),
    "edit-clear": ("x", "muted"),
    "edit-delete": ("trash-2", "text"),
    "view-refresh": ("rotate-ccw", "text"),
    "help-contents": ("circle-help", "text"),
    "go-up": ("arrow-up", "text"),
    "go-down": ("arrow-down", "text"),
    "go-previous": ("chevron-left", "text"),
    "go-next": ("chevron-right", "text"),
    "folder-new": ("plus", "text"),
    "view-list-details": ("list", "text"),
    "view-list-icons": ("grid-3x3", "text"),
    "view-list-symbolic": ("grid-3x3", "text"),
    "folder": ("folder-open", "muted"),
    "folder-open": ("folder-open", "muted"),
    "inode-directory": ("folder-open", "muted"),
    "user-home": ("folder-open", "muted"),
    "user-desktop": ("folder-open", "muted"),
    "user-trash": ("trash-2", "muted"),
    "computer": ("database", "muted"),
    "drive-harddisk": ("database", "muted"),
    "network-server": ("database", "muted"),
    "text-x-generic": ("image", "muted"),
    "unknown": ("image", "muted"),
}
"""The names that Qt asks an icon theme for: the shipped icon, and its colour."""

_INDEX = """[Icon Theme]
Name=NetViz
Comment=The icons of NetViz in the dialogs that Qt draws
Directories=icons

[icons]
Size=16
Type=Scalable
MinSize=8
MaxSize=512
"""


def use_own_icons(theme: Theme) -> None:
    """Let Qt's dialogs show the shipped icons in the colours of `theme`.

    They are an icon theme, which is a folder of pictures: so Qt finds them by itself, also those
    of the buttons, and paints as fast as before. A style of our own would be asked in Python for
    every line that is drawn.
    """
    pictures = {
        f"{name}.svg": tinted_svg(shipped, getattr(theme.colors, token))
        for name, (shipped, token) in _NAMES.items()
    }
    digest = sha256(b"".join(pictures.values()) + _INDEX.encode()).hexdigest()[:12]
    # Last of all: a theme with an index is whole. Named by content, one that is there is right.
    files = {f"icons/{file}": drawing for file, drawing in pictures.items()}
    files["index.theme"] = _INDEX.encode()
    root, name = cache_dir() / "icon-themes", f"netviz-{digest}"
    try:
        if not (root / name / "index.theme").is_file():
            write_files_whole(root / name, files)
    except (OSError, StorageError):
        return  # then Qt's own are shown
    others = [path for path in QIcon.themeSearchPaths() if Path(path).name != root.name]
    QIcon.setThemeSearchPaths([str(root), *others])
    QIcon.setThemeName(name)
