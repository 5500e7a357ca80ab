"""The Start menu of Windows: a link, which Windows itself writes, and its icon."""

import base64
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from netviz.cli.shortcuts.entry import COMMENT, Entry, Launcher, delete, write_icon
from netviz.engine.atomic_files import errors_explained
from netviz.engine.errors import StorageError

_SIDES = (16, 24, 32, 48, 64, 128, 256)
_TIMEOUT_S = 60


class StartMenuLink(Entry):
    """``NetViz.lnk`` in the user's Start menu.

    Parameters
    ----------
    roaming
        The user's folder of settings, ``%APPDATA%``.
    data
        NetViz's own folder, for the icon.
    """

    menu = "the Start menu"

    def __init__(self, roaming: Path, data: Path) -> None:
        programs = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs"
        super().__init__(programs / "NetViz.lnk")
        self.icon = data / "netviz.ico"

    @property
    def is_ours(self) -> bool:
        # A link of this name whose icon is ours; others make neither.
        return self.place.exists() and self.icon.exists()

    def add(self, launcher: Launcher) -> None:
        write_icon(self.icon, "ICO", _SIDES)
        with errors_explained(self.place, "written"):
            self.place.parent.mkdir(parents=True, exist_ok=True)
        script = link_script(self.place, launcher, self.icon)
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        command = ["powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded]
        try:
            result = run_program(command)
        except (OSError, subprocess.SubprocessError) as error:
            raise _failure(self.place, str(error)) from error
        if result.returncode:
            raise _failure(self.place, result.stderr)

    def remove(self) -> None:
        self._remove_place()
        delete(self.icon)


def roaming_folder() -> Path:
    """Return the user's folder of settings that go along from machine to machine."""
    given = os.environ.get("APPDATA", "")
    return Path(given) if given else Path.home() / "AppData" / "Roaming"


def link_script(link: Path, launcher: Launcher, icon: Path) -> str:
    """Return what PowerShell has to do for a link; stops at the first error."""
    properties = {
        "TargetPath": str(launcher.program),
        "Arguments": subprocess.list2cmdline(launcher.arguments),
        "IconLocation": f"{icon},0",
        "Description": COMMENT,
        "WorkingDirectory": str(Path.home()),
    }
    return "\n".join(
        (
            "$ErrorActionPreference = 'Stop'",
            f"$link = (New-Object -ComObject WScript.Shell).CreateShortcut({_quoted(str(link))})",
            *(f"$link.{name} = {_quoted(value)}" for name, value in properties.items()),
            "$link.Save()",
        )
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _failure(link: Path, said: str) -> StorageError:
    reason = " ".join(said.split())[:300] or "PowerShell gave no reason"
    return StorageError(
        f"Windows could not write {link}: {reason}.",
        "Pin NetViz by hand, or open it with `netviz`.",
    )


def run_program(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end and return what it said."""
    return subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, errors="replace"
    )
