"""Which system libraries Qt needs, and the command that installs those that are missing."""

import os
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from netviz.cli import system_libraries
from netviz.cli.display import PLUGINS, QT_LIBRARIES
from netviz.cli.system_libraries import (
    LIBRARIES,
    WAYLAND_LIBRARIES,
    install_command,
    lacking,
    missing_libraries,
)

ROOT = Path(__file__).parents[2]
DPKG = Path("/var/lib/dpkg/info")
"""Where Debian lists the files of each package that is installed."""
PACKAGE = Path(PySide6.__path__[0])
COMPLAINT = "libEGL.so.1: cannot open shared object file: No such file or directory"
LISTED = [*LIBRARIES, *WAYLAND_LIBRARIES]
RUNTIME = {f"lib{name}" for name in ("c.so.6", "m.so.6", "dl.so.2", "pthread.so.0", "rt.so.1")}
RUNTIME |= {"libstdc++.so.6", "libgcc_s.so.1"}
"""What Python or torch needs as well, without which there is nothing to train with."""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Qt brings all that it needs")
where_all_are = pytest.mark.skipif(
    sys.platform != "linux" or bool(missing_libraries()), reason="some are missing here"
)


def needed_by(file: Path) -> list[str]:
    """The libraries that an ELF file of 64 bits names as those that it needs."""
    data = file.read_bytes()
    (headers,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, headers + i * size) for i in range(count)]
    loaded = [
        (address, offset, length) for kind, _, offset, address, _, length in segments if kind == 1
    ]
    entries = [
        struct.unpack_from("<QQ", data, at)
        for kind, _, offset, _, _, length in segments
        if kind == 2
        for at in range(offset, offset + length, 16)
    ]
    table = next(value for tag, value in entries if tag == 5)
    names = next(table - at + offset for at, offset, size in loaded if at <= table < at + size)
    starts = [names + value for tag, value in entries if tag == 1]
    return [data[start : data.index(b"\0", start)].decode() for start in starts]


def asked_of_the_system() -> set[str]:
    """All that the parts of Qt which a window of NetViz loads need and do not bring."""
    files = [PACKAGE / "Qt" / name for name in (*QT_LIBRARIES, *PLUGINS.values())]
    files += [PACKAGE / f"{name}.abi3.so" for name in ("QtWidgets", "QtSvg", "QtTest")]
    files.append(PACKAGE / "Qt/plugins/platforms/libqoffscreen.so")
    brought = (PACKAGE / "Qt/lib", PACKAGE, PACKAGE.parent / "shiboken6")
    asked, seen = set(), set()
    while files:
        file = files.pop()
        seen.add(file.name)
        for name in needed_by(file):
            there = [folder / name for folder in brought if (folder / name).exists()]
            if not there:
                asked.add(name)
            elif name not in seen:
                files.append(there[0])
    return asked


@where_all_are
def test_the_list_leaves_out_nothing_that_qt_asks_of_the_system() -> None:
    program = """
import ctypes, os, sys
listed, asked = (names.split() for names in sys.argv[1:])
for name in listed:
    ctypes.CDLL(name)
for name in asked:
    try:
        ctypes.CDLL(name, os.RTLD_NOLOAD | os.RTLD_LAZY)
    except OSError:
        print(name)
"""
    asked = asked_of_the_system() - RUNTIME
    assert {"libEGL.so.1", "libxcb-cursor.so.0", "libwayland-client.so.0"} <= asked
    listed = " ".join(library.file for library in LISTED)
    arguments = [sys.executable, "-c", program, listed, " ".join(sorted(asked))]
    left_out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.split()
    assert left_out == []


@pytest.mark.skipif(not DPKG.is_dir(), reason="not a kin of Debian")
@where_all_are
def test_debians_packages_are_those_that_hold_the_files() -> None:
    for library in LISTED:
        # One for each architecture; newer systems have renamed some packages.
        lists = [*DPKG.glob(f"{library.apt}[:.]*list"), *DPKG.glob(f"{library.apt}t64[:.]*list")]
        held = [Path(line).name for each in lists for line in each.read_text("utf-8").splitlines()]
        assert library.file in held, library.apt


@pytest.fixture
def nothing_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no library is found."""

    def refuse(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(system_libraries.ctypes, "CDLL", refuse)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def on_system(monkeypatch: pytest.MonkeyPatch, user: int = 1000, **release: str) -> None:
    def read() -> dict[str, str]:
        if not release:
            raise OSError
        return release

    monkeypatch.setattr(platform, "freedesktop_os_release", read)
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)


DEBIAN = "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libx11-6"
FEDORA = "libglvnd-egl libglvnd-glx glib2 dbus-libs fontconfig libX11"
ARCH = "libglvnd glib2 dbus fontconfig libx11"


@pytest.mark.parametrize(
    ("release", "begins"),
    [
        ({"ID": "debian"}, f"sudo apt-get update && sudo apt-get install {DEBIAN} "),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt-get update && sudo apt-get"),
        ({"ID": "fedora"}, f"sudo dnf install {FEDORA} "),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install "),
        ({"ID": "arch"}, f"sudo pacman -Syu --needed {ARCH} "),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -Syu --needed "),
    ],
)
@pytest.mark.usefixtures("nothing_there")
def test_one_command_of_the_systems_own_installs_all_that_is_missing(
    release: dict[str, str], begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_system(monkeypatch, **release)
    said = lacking(COMPLAINT)
    assert f"\n  {begins}" in said
    assert all(library.file in said for library in LIBRARIES)
    (command,) = [line.split() for line in said.splitlines() if line.startswith("  ")]
    assert len(set(command[5:])) == len(command[5:]), "a package is named twice"
    on_system(monkeypatch, user=0, **release)
    assert "sudo" not in lacking(COMPLAINT)


@pytest.mark.parametrize("release", [{}, {"ID": "void"}, {"ID": "opensuse", "ID_LIKE": "suse"}])
@pytest.mark.usefixtures("nothing_there")
def test_elsewhere_the_libraries_are_named(
    release: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_system(monkeypatch, **release)
    said = lacking(COMPLAINT)
    assert said.endswith("libxcb-xfixes.so.0): install them with your package manager.")
    assert "\n" not in said


def test_what_a_library_needs_in_turn_is_named_where_only_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str) -> None:
        if name in ("libfontconfig.so.1", "libX11-xcb.so.1"):
            missing = {"libf": "libfreetype.so.6", "libX": "libX11.so.6"}[name[:4]]
            raise OSError(COMPLAINT.replace("libEGL.so.1", missing))

    monkeypatch.setattr(system_libraries.ctypes, "CDLL", load)
    on_system(monkeypatch, ID="debian")
    said = lacking(COMPLAINT)
    assert "are missing (libfreetype.so.6, libX11.so.6); this installs them:" in said
    assert "apt-get install libfontconfig1 libx11-xcb1\n" in said


@pytest.mark.usefixtures("nothing_there")
def test_waylands_count_where_there_is_wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    on_system(monkeypatch, ID="arch")
    assert "wayland" not in lacking(COMPLAINT)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libwayland-cursor.so.0" in lacking(COMPLAINT)


@where_all_are
@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        (COMPLAINT.replace("EGL", "News"), "a system library that Qt needs is missing (libNews."),
        ("/lib/libc.so.6: version `GLIBC_9.9' not found", "cannot be loaded: /lib/libc.so.6: ver"),
        ("libQt6Gui.so.6: file too short", "a part of Qt cannot be loaded: libQt6Gui.so.6: file"),
    ],
)
def test_what_the_list_does_not_explain_is_said_in_the_loaders_words(
    complaint: str, said: str
) -> None:
    assert said in lacking(complaint)


@pytest.mark.parametrize("file", ["README.md", ".ci/run"])
def test_the_documents_name_the_same_packages(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (ROOT / file).exists():
        pytest.skip("not in a source distribution")
    on_system(monkeypatch, ID="debian")
    wanted = [each for each in LIBRARIES if each.file not in ("libz.so.1", "libzstd.so.1")]
    _, _, packages = str(install_command(wanted)).rpartition(" install ")
    text = re.sub(r"\s*\\?\n\s*", " ", (ROOT / file).read_text("utf-8"))
    assert packages in text
