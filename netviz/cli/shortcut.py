"""`netviz shortcut`: puts NetViz into the desktop's menu, and takes it out again."""

import sys
from collections.abc import Callable
from pathlib import Path

from netviz.cli.output import Output
from netviz.cli.shortcuts.app_bundle import AppBundle
from netviz.cli.shortcuts.entry import NAME, Entry, launcher_here
from netviz.cli.shortcuts.freedesktop import DesktopEntry, data_home
from netviz.cli.shortcuts.start_menu import StartMenuLink, roaming_folder
from netviz.engine.errors import StorageError
from netviz.paths import runs_dir


def shortcut(*, remove: bool, platform: str = sys.platform) -> int:
    """Put NetViz into the menu of the desktop, or take it out; return the exit status.

    Doing either twice is no error.

    Parameters
    ----------
    platform
        As `sys.platform` names the system.

    Raises
    ------
    StorageError
        A file cannot be written or removed, or one of that name is not NetViz's.
    """
    entry, output = entry_for(platform), Output()

    def say(text: str) -> None:
        output.write(text + "\n")

    _refuse_strangers(entry)
    if remove:
        _remove(entry, say)
    else:
        _add(entry, say, is_windows=platform == "win32")
    return output.status()


def entry_for(platform: str) -> Entry:
    """Return the entry in the menu of a system, for this user."""
    if platform == "win32":
        return StartMenuLink(roaming_folder(), runs_dir().parent)
    if platform == "darwin":
        return AppBundle(Path.home() / "Applications")
    return DesktopEntry(data_home())


def _add(entry: Entry, say: Callable[[str], None], *, is_windows: bool) -> None:
    before, launcher = entry.content, launcher_here(windowless=is_windows)
    entry.add(launcher)
    if not before:
        say(f"{NAME} is now in {entry.menu}: {entry.place}")
    elif before == entry.content:
        say(f"{NAME} was already in {entry.menu}: {entry.place}")
    else:
        say(f"{NAME} was already in {entry.menu}; its entry is up to date now: {entry.place}")
    say(f"It starts {launcher}. `netviz shortcut --remove` takes it out again.")


def _remove(entry: Entry, say: Callable[[str], None]) -> None:
    if not entry.content:
        entry.remove()  # what an interrupted one may have left
        say(f"{NAME} was not in {entry.menu}.")
        return
    entry.remove()
    say(f"{NAME} is no longer in {entry.menu}; {entry.place} is gone.")


def _refuse_strangers(entry: Entry) -> None:
    """Leave alone what somebody else made under the same name."""
    if entry.place.exists() and not entry.is_ours:
        raise StorageError(
            f"{entry.place} was not made by this command.",
            "Move it away first, if NetViz shall take its place.",
        )
