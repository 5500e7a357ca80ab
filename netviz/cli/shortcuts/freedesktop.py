"""The menu of Linux desktops: a desktop entry, and icons in the theme that all of them share.

https://specifications.freedesktop.org/desktop-entry-spec/latest/
"""

import contextlib
import os
from pathlib import Path

from netviz.cli.shortcuts.entry import COMMENT, NAME, Entry, Launcher, delete, write_icon
from netviz.engine.atomic_files import errors_explained, write_whole
from netviz.paths import resource

_MARK = "X-NetViz-Shortcut=true"
_SIDES = (16, 24, 32, 48, 64, 128, 256, 512)
_TEMPLATE = """[Desktop Entry]
Version=1.4
Type=Application
Name={name}
GenericName=Neural network trainer
Comment={comment}
Exec={command} %u
TryExec={program}
Icon=netviz
Terminal=false
Categories=Education;ArtificialIntelligence;
Keywords=neural network;deep learning;machine learning;PyTorch;MNIST;
StartupNotify=true
StartupWMClass=NetViz
Actions=new-window;
{mark}

[Desktop Action new-window]
Name=New window
Exec={command} --new-window
"""


class DesktopEntry(Entry):
    """``applications/netviz.desktop`` and its icons below a folder of data.

    Parameters
    ----------
    data
        The user's folder of data, `data_home` for this user's.
    """

    menu = "the applications menu"

    def __init__(self, data: Path) -> None:
        super().__init__(data / "applications" / "netviz.desktop")
        self._icons = data / "icons" / "hicolor"

    @property
    def is_ours(self) -> bool:
        return _MARK.encode() in self.content.splitlines()

    def add(self, launcher: Launcher) -> None:
        scalable = self._icons / "scalable" / "apps" / "netviz.svg"
        with errors_explained(resource("icons", "netviz.svg"), "read"):
            drawing = resource("icons", "netviz.svg").read_bytes()
        write_whole(scalable, lambda temporary: temporary.write_bytes(drawing))
        for side in _SIDES:
            write_icon(self._picture(side), "PNG", (side,))
        text = _TEMPLATE.format(
            name=NAME,
            comment=COMMENT,
            command=command_line(launcher),
            program=_string(str(launcher.program)),
            mark=_MARK,
        )
        # Last of all, so that a menu that looks at once finds the icons.
        write_whole(self.place, lambda temporary: temporary.write_text(text, "utf-8"))
        self._tell_desktop()

    def remove(self) -> None:
        self._remove_place()
        delete(self._icons / "scalable" / "apps" / "netviz.svg")
        for side in _SIDES:
            delete(self._picture(side))
        self._tell_desktop()

    def _picture(self, side: int) -> Path:
        return self._icons / f"{side}x{side}" / "apps" / "netviz.png"

    def _tell_desktop(self) -> None:
        """Let desktops see that the icons are others: they look at the folder's time."""
        with contextlib.suppress(OSError):
            os.utime(self._icons)


def data_home() -> Path:
    """Return the user's folder of data; a relative one is ignored, as the specification asks."""
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".local" / "share"


def command_line(launcher: Launcher) -> str:
    """Return the value of ``Exec``, in which two sorts of quoting meet."""
    words = (str(launcher.program), *launcher.arguments)
    return " ".join(_string(_argument(word)) for word in words)


def _argument(word: str) -> str:
    for sign in ("\\", '"', "`", "$"):
        word = word.replace(sign, f"\\{sign}")
    word = word.replace("%", "%%")
    return f'"{word}"'


def _string(text: str) -> str:
    """Escape what a value of type string cannot hold as it is."""
    for sign, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(sign, escaped)
    return text
