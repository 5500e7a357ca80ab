"""The system libraries that Qt needs, and the one command that installs those that are missing."""

import ctypes
import os
import platform
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Library:
    """A library that no Python package brings, and the packages that hold it.

    Attributes
    ----------
    file
        Its name, as the loader looks for it.
    apt, dnf, pacman
        The package's name in Debian and its kin, in Fedora and its kin, and in Arch.
    """

    file: str
    apt: str
    dnf: str
    pacman: str


LIBRARIES = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libX11.so.6", "libx11-6", "libX11", "libx11"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Library("libz.so.1", "zlib1g", "zlib", "zlib"),
    Library("libzstd.so.1", "libzstd1", "libzstd", "zstd"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb"),
)
"""What Qt asks of the system for a window on X, or unseen.

Those that every library listed here already needs are left out: to load one of these loads them
too, and its package asks for theirs.
"""

WAYLAND_LIBRARIES = (
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "wayland"),
)

MANAGERS = (
    (("debian", "ubuntu"), "apt", "{sudo}apt-get update && {sudo}apt-get install {packages}"),
    (("fedora", "rhel", "centos"), "dnf", "{sudo}dnf install {packages}"),
    # Arch does without packages of different days beside each other: all are brought up to date.
    (("arch",), "pacman", "{sudo}pacman -Syu --needed {packages}"),
)
"""The families of systems, as they call themselves in os-release, and how each installs."""

NOT_FOUND = ": cannot open shared object file: No such file or directory"
"""How the loader's complaint ends where a library is missing, which it names before."""


def lacking(complaint: str) -> str:
    """Say which of Qt's libraries are missing and how to install them all.

    Parameters
    ----------
    complaint
        What the loader said of one of Qt's files; it names the first that is missing.
    """
    missing = missing_libraries()
    names = list(dict.fromkeys(library.file for library in missing))
    if not missing and complaint.endswith(NOT_FOUND):
        names = [complaint.removesuffix(NOT_FOUND)]
    if not names:  # too old a system, or a damaged file
        return f"No window can be shown, because a part of Qt cannot be loaded: {complaint}."
    is_one = len(names) == 1
    what = "a system library" if is_one else "system libraries"
    lack = f"{what} that Qt needs {'is' if is_one else 'are'} missing ({', '.join(names)})"
    them = "it" if is_one else "them"
    if command := install_command(missing):
        return f"No window can be shown, because {lack}; this installs {them}:\n\n  {command}\n"
    return f"No window can be shown, because {lack}: install {them} with your package manager."


def missing_libraries() -> list[Library]:
    """Return those that cannot be loaded, named by the file that the loader does not find."""
    listed = LIBRARIES + (WAYLAND_LIBRARIES if os.environ.get("WAYLAND_DISPLAY") else ())
    missing = []
    for library in listed:
        try:
            ctypes.CDLL(library.file)
        except OSError as error:
            # On a damaged system it may be there, and another missing that it needs.
            missing.append(replace(library, file=str(error).removesuffix(NOT_FOUND)))
    return missing


def install_command(missing: list[Library]) -> str | None:
    """Return the command that installs them here; None where it is not known."""
    if not missing:
        return None
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return None
    kin = {system.get("ID", ""), *system.get("ID_LIKE", "").split()}
    for families, manager, command in MANAGERS:
        if kin & set(families):
            packages = dict.fromkeys(getattr(library, manager) for library in missing)
            sudo = "" if os.geteuid() == 0 else "sudo "
            return command.format(sudo=sudo, packages=" ".join(packages))
    return None
