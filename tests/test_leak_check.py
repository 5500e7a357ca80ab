"""Whether the suite notices what Qt would swallow, and what a test leaves behind."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from netviz import paths

CASES = """
import threading

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtWidgets import QWidget

kept = []


class Painter(QWidget):
    painted = False

    def paintEvent(self, event):
        self.painted = True
        raise RuntimeError("bad paint")


def show(qtbot, widget):
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()


def test_bad_slot(qtbot):
    timer = QTimer(singleShot=True)
    timer.timeout.connect(lambda: 1 / 0)
    with qtbot.waitSignal(timer.timeout):
        timer.start(0)


def test_bad_paint_on_the_screen(qtbot):
    widget = Painter()
    show(qtbot, widget)
    qtbot.waitUntil(lambda: widget.painted)


def test_bad_paint_in_a_picture(qtbot):
    widget = Painter()
    qtbot.addWidget(widget)
    widget.grab()


def test_leaked_widget(qtbot):
    kept.append(QWidget())


def test_leaked_timer(qtbot):
    timer = QTimer()
    timer.start(100_000)
    kept.append(timer)


class Sleeper(QThread):
    def __init__(self, parent=None):
        super().__init__(parent)
        self.gate = threading.Event()

    def run(self):
        self.gate.wait()


@pytest.fixture(scope="module")
def gates():
    gates = []
    yield gates
    for gate in gates:
        gate.set()


def test_leaked_qthread(gates, qtbot):
    thread = Sleeper()
    gates.append(thread.gate)
    thread.start()


def test_leaked_qthread_of_an_owner(gates, qtbot):
    owner = QObject()
    thread = Sleeper(owner)
    gates.append(thread.gate)
    thread.start()


def test_leaked_thread(gates, qtbot):
    gates.append(threading.Event())
    threading.Thread(target=gates[-1].wait).start()


def test_tidy_thread(qtbot):
    thread = Sleeper()
    thread.start()
    thread.gate.set()


def test_tidy_cycle(qtbot):
    widget = QWidget()
    widget.itself = widget
    widget.timer = QTimer(widget)
    widget.timer.timeout.connect(widget.update)
    widget.timer.start(100_000)


def test_tidy_closure(qtbot):
    widget = QWidget()
    timer = QTimer(widget)
    timer.timeout.connect(lambda: widget.update())
    timer.start(100_000)
    show(qtbot, widget)


def test_tidy_plot(qtbot):
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    plot.plot([1, 2, 3])
    show(qtbot, plot)


def test_tidy_after_leaks(qtbot):
    show(qtbot, QWidget())
"""


BAD = {
    "test_bad_slot": "ZeroDivisionError",
    "test_bad_paint_on_the_screen": "bad paint",
    "test_bad_paint_in_a_picture": "bad paint",
    "test_leaked_widget": "left behind: window",
    "test_leaked_timer": "left behind: running <PySide6.QtCore.QTimer",
    "test_leaked_qthread": "left behind: running <test_cases.Sleeper",
    "test_leaked_qthread_of_an_owner": "left behind: running <test_cases.Sleeper",
    "test_leaked_thread": "left behind: running <Thread",
}
GOOD = [name for name in re.findall(r"def (test_\w+)", CASES) if name not in BAD]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a suite under our conftest says of each of its tests; nothing of a good one."""
    folder = tmp_path_factory.mktemp("suite")
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    quick = conftest.replace("END_GRACE_S = 2", "END_GRACE_S = 0.1")
    (folder / "conftest.py").write_text(quick, encoding="utf-8")
    (folder / "test_cases.py").write_text(CASES, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\nfilterwarnings = error\n")
    command = [sys.executable, "-m", "pytest", "--junit-xml=report.xml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    complaints: dict[str, str] = {}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        problems = [*case.iter("failure"), *case.iter("error")]
        told = "".join(problem.get("message", "") + (problem.text or "") for problem in problems)
        name = case.get("name", "")
        complaints[name] = complaints.get(name, "") + told
    return complaints


@pytest.mark.parametrize("name", BAD)
def test_what_qt_would_swallow_fails_the_test(name: str, complaints: dict[str, str]) -> None:
    assert BAD[name] in complaints[name]


@pytest.mark.parametrize("name", GOOD)
def test_there_is_no_false_alarm(name: str, complaints: dict[str, str]) -> None:
    assert complaints[name] == ""


def test_no_test_sees_the_users_own_folders(home: Path) -> None:
    for folder in (paths.data_dir(), paths.state_dir(), Path.home()):
        assert folder.is_relative_to(home)
