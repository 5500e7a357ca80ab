"""What docks are told of a run's progress, read from the bus itself."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.ui.shell.taskbar import LauncherEntry, NoTaskbar, taskbar

ROOT = Path(__file__).parents[3]
TELLING = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection
from netviz.ui.shell.taskbar import taskbar
app = QCoreApplication([])
entry = taskbar("linux")
for done in (0.0, 0.001, 0.25, 0.254, 7.0, None, None):
    entry.show(done)
bus = QDBusConnection.sessionBus()
# An answer of the bus tells that all before it has gone out.
bus.interface().registeredServiceNames()
"""
LISTENING = """
dbus-monitor --session "interface=com.canonical.Unity.LauncherEntry" > "$1" &
monitor=$!
until grep -q NameLost "$1"; do :; done
"$2" -c "$3"
until [ "$(grep -c progress-visible "$1")" -ge 4 ]; do kill -0 $monitor || exit 1; done
kill $monitor
"""


@pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("dbus-monitor")),
    reason="there is no D-Bus",
)
def test_docks_are_told_once_a_percent_and_when_it_is_over(tmp_path: Path) -> None:
    heard = tmp_path / "heard.txt"
    subprocess.run(
        [
            "dbus-run-session",
            "--",
            "sh",
            "-c",
            LISTENING,
            "sh",
            str(heard),
            sys.executable,
            TELLING,
        ],
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    told = heard.read_text("utf-8")
    assert told.count('string "application://netviz.desktop"') == 4
    figures = re.findall(r'"progress"\s+variant\s+double (\S+)', told)
    shown = re.findall(r'"progress-visible"\s+variant\s+boolean (\S+)', told)
    assert [float(figure) for figure in figures] == [0, 0.25, 1, 0]
    assert shown == ["true", "true", "true", "false"]


def test_without_a_bus_nothing_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert isinstance(taskbar("linux"), NoTaskbar)
    (tmp_path / "bus").touch()
    assert isinstance(taskbar("linux"), LauncherEntry)
    for platform in ("win32", "darwin"):
        assert isinstance(taskbar(platform), NoTaskbar)
        taskbar(platform).show(0.5)


def test_a_bus_that_does_not_answer_is_no_harm(tmp_path: Path) -> None:
    address = f"unix:path={tmp_path / 'nobody'}"
    program = "\n".join(
        (
            "from PySide6.QtCore import QCoreApplication",
            "from netviz.ui.shell.taskbar import taskbar",
            "app = QCoreApplication([])",
            "bar = taskbar('linux')",
            "bar.show(0.5); bar.show(None)",
        )
    )
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)
