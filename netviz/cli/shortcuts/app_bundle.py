"""The applications of macOS: a bundle, which is a folder with a program and its icon."""

import contextlib
import plistlib
import shlex
from pathlib import Path

from netviz import __version__
from netviz.cli.shortcuts.entry import NAME, Entry, Launcher, delete, write_icon
from netviz.engine.atomic_files import errors_explained, write_whole

IDENTIFIER = "netviz.NetViz"
_SIDES = (16, 32, 64, 128, 256, 512, 1024)


class AppBundle(Entry):
    """``NetViz.app`` in the user's own folder of applications.

    Parameters
    ----------
    applications
        That folder, ``~/Applications``.
    """

    menu = "your Applications folder, and so in Launchpad and Spotlight"

    def __init__(self, applications: Path) -> None:
        super().__init__(applications / f"{NAME}.app")
        contents = self.place / "Contents"
        self.information = contents / "Info.plist"
        self.program = contents / "MacOS" / NAME
        self.icon = contents / "Resources" / f"{NAME}.icns"

    @property
    def is_ours(self) -> bool:
        with contextlib.suppress(OSError, ValueError, plistlib.InvalidFileException):
            found = plistlib.loads(self.information.read_bytes())
            return bool(found.get("CFBundleIdentifier") == IDENTIFIER)
        return False

    @property
    def content(self) -> bytes:
        if not self.place.exists():
            return b""
        with errors_explained(self.program, "read"):
            return self.program.read_bytes() if self.program.exists() else b"?"

    def add(self, launcher: Launcher) -> None:
        write_icon(self.icon, "ICNS", _SIDES)
        words = " ".join(map(shlex.quote, (str(launcher.program), *launcher.arguments)))
        script = f'#!/bin/sh\nexec {words} "$@"\n'
        write_whole(self.program, lambda temporary: temporary.write_text(script, "utf-8"))
        with errors_explained(self.program, "made a program"):
            self.program.chmod(0o755)
        information = plistlib.dumps(
            {
                "CFBundleIdentifier": IDENTIFIER,
                "CFBundleName": NAME,
                "CFBundleDisplayName": NAME,
                "CFBundleExecutable": NAME,
                "CFBundleIconFile": NAME,
                "CFBundlePackageType": "APPL",
                "CFBundleInfoDictionaryVersion": "6.0",
                "CFBundleShortVersionString": __version__,
                "CFBundleVersion": __version__,
                "LSApplicationCategoryType": "public.app-category.education",
                "NSHighResolutionCapable": True,
            }
        )
        write_whole(self.information, lambda temporary: temporary.write_bytes(information))

    def remove(self) -> None:
        # What somebody else put into the folder stays, and the folder with it.
        for file in (self.program, self.icon, self.information):
            delete(file)
        with contextlib.suppress(OSError):
            self.place.rmdir()
