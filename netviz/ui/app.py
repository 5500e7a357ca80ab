"""The application: one window on one run, with or without a screen."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication
from shiboken6 import delete, isValid

from netviz import __version__
from netviz.bridge.controller import Controller
from netviz.bridge.downloads import Downloader
from netviz.launch import WindowOptions
from netviz.paths import state_dir, states_dir
from netviz.ui.fault_watch import FaultWatch
from netviz.ui.faults.event_guard import guard_events
from netviz.ui.look import damaged_resources
from netviz.ui.look.style_sheet import dress_application
from netviz.ui.look.theme import Theme
from netviz.ui.presenters.difference_presenter import DifferencePresenter
from netviz.ui.presenters.download_presenter import DownloadPresenter
from netviz.ui.presenters.drawings_presenter import DrawingsPresenter
from netviz.ui.presenters.file_presenter import FilePresenter
from netviz.ui.presenters.find_presenter import FindPresenter
from netviz.ui.presenters.finding_presenter import FindingPresenter
from netviz.ui.presenters.ghost_presenter import GhostPresenter
from netviz.ui.presenters.lesson_file_presenter import LessonFilePresenter
from netviz.ui.presenters.lesson_presenter import LessonPresenter
from netviz.ui.presenters.lesson_recorder import LessonRecorder
from netviz.ui.presenters.look_presenter import LookPresenter
from netviz.ui.presenters.loop_presenter import LoopPresenter
from netviz.ui.presenters.menu_presenter import MenuPresenter
from netviz.ui.presenters.network_presenter import NetworkPresenter
from netviz.ui.presenters.notice_review import NoticeReview
from netviz.ui.presenters.over_time_presenter import OverTimePresenter
from netviz.ui.presenters.own_images_presenter import OwnPresenter
from netviz.ui.presenters.past_presenter import PastPresenter
from netviz.ui.presenters.race_presenter import RacePresenter
from netviz.ui.presenters.rate_presenter import RatePresenter
from netviz.ui.presenters.run_list_presenter import RunListPresenter
from netviz.ui.presenters.run_presenter import RunPresenter
from netviz.ui.presenters.stage_presenter import StagePresenter
from netviz.ui.presenters.state_room_presenter import StateRoomPresenter
from netviz.ui.presenters.taskbar_presenter import TaskbarPresenter
from netviz.ui.presenters.view_presenter import ViewPresenter
from netviz.ui.second_start import Doorbell, goes_on_elsewhere
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from netviz.ui.shell.taskbar import taskbar
from netviz.ui.unattended import Unattended

UNPAINTED_MS = 1000
"""Time after which a window trains that is not painted, since it lies on another desktop."""


def open_window(options: WindowOptions, say: Callable[[str], None] = print) -> int:
    """Open the window and serve it until it is closed; return the exit status.

    `say` takes the lines of a run that trains by itself, and must not raise.

    Where nobody can see it, it trains the run, saves a picture of itself and the run's files in
    `options.folder`, and ends.
    """
    if options.folder:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        qInstallMessageHandler(pass_on_qt_message)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("NetViz")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("netviz")
    faults = FaultWatch(app, state_dir())
    status = 1
    try:
        status = _serve(app, options, faults, say)
    finally:
        faults.stop(status)
    return status


def _serve(
    app: QApplication, options: WindowOptions, faults: FaultWatch, say: Callable[[str], None]
) -> int:
    """Show the window until it is closed; return the exit status."""
    settings = Settings()
    if goes_on_elsewhere(options, settings):
        return 0
    window, views = build_window(app, options, settings)
    unattended = None
    if options.autostart:
        unattended = Unattended(
            window,
            views,
            screenshot=options.screenshot,
            folder=options.folder,
            say=say,
            when_done=window.close if options.exit_when_done else _nothing,
        )
    window.show()
    faults.attach(window)
    ThreadOpener(window)
    if not options.exit_when_done:  # else nobody has time to want it
        Doorbell(window)
        TaskbarPresenter(window, taskbar())
    status = app.exec()
    if unattended and options.exit_when_done:
        status = status or unattended.status
    if options.folder and not status:
        say(f"Saved the picture and the run in {options.folder}.")
    if window.controller.is_running:
        # Torch is in the midst of something that cannot be interrupted, such as its import.
        # Nothing is left to be saved, and Qt would abort at the sight of a running thread.
        faults.stop(status)
        os._exit(status)
    return status


def build_window(
    app: QApplication, options: WindowOptions, settings: Settings
) -> tuple[MainWindow, ViewPresenter]:
    """Put a window together that is ready to be shown; its controller is not opened yet."""
    guard_events()
    theme = Theme(dark=settings.is_dark(options.dark), parent=app)
    dress_application(theme)
    data_dir = options.data_dir or _remembered_folder(settings)
    autosaves = state_dir() / "autosave"
    controller = Controller(
        options.config, data_dir, autosave_root=autosaves, states_root=states_dir()
    )
    window = MainWindow(theme, controller, Downloader(), settings)
    controller.setParent(window)
    window.downloader.setParent(window)
    run = RunPresenter(window)
    network = NetworkPresenter(window, run.change)
    findings = FindingPresenter(window, run)
    stage = StagePresenter(window, run.change, run.point_out)
    past, race, runs = PastPresenter(window), RacePresenter(window), RunListPresenter(window)
    look, loop = LookPresenter(window), LoopPresenter(window)
    ghosts, differences = GhostPresenter(window, race), DifferencePresenter(window, race)
    room, rates = StateRoomPresenter(window, options), RatePresenter(window, run.change)
    over_time = OverTimePresenter(window, run.change)
    find, views = FindPresenter(window), ViewPresenter(window)
    own, drawings = OwnPresenter(window), DrawingsPresenter(window)
    files = FilePresenter(window, autosaves)
    if not options.autostart:
        files.offer_lost_run()
    if options.run:
        controller.open_run(options.run)
    mirror = settings.text("mirror") if options.mirror is None else options.mirror
    downloads = DownloadPresenter(window, mirror)
    menus = MenuPresenter(window, downloads)
    lesson = LessonPresenter(window, views.put_on_pad, race)
    lessons = LessonFilePresenter(window, lesson)
    lesson.predicted.connect(files.set_predictions)
    recorder = LessonRecorder(window, views, lesson)
    if options.lesson:
        lesson.open(options.lesson)
    # After the offer of a lost run, which matters more and stays until it is answered.
    review = NoticeReview(window)
    presenters = (
        run,
        network,
        findings,
        stage,
        past,
        race,
        runs,
        look,
        loop,
        ghosts,
        differences,
        room,
        rates,
        find,
        over_time,
        views,
        own,
        drawings,
        files,
        downloads,
        menus,
        lesson,
        lessons,
        recorder,
        review,
    )
    window.destroyed.connect(partial(_dismiss, presenters))
    for problem in filter(None, (settings.problem, damaged_resources.problem())):
        window.message_bar.show_next("warning", problem)
    if options.size:
        window.resize(*options.size)
    if options.view:
        window.views.show_named(options.view)
    given = {"dark": options.dark, "page": options.view, "size": options.size}
    window.hold_for_now(*(key for key, value in given.items() if value is not None))
    return window, views


def _dismiss(presenters: Sequence[QObject]) -> None:
    """Let the presenters go before the widgets and the controller that they connect.

    Those tell of their own end: a field of the number that is being typed, the undo stack that
    it is empty. Nobody may answer by using what is gone already.
    """
    for presenter in filter(isValid, presenters):
        delete(presenter)


class ThreadOpener(QObject):
    """Starts the training thread once the window is painted.

    The thread begins by importing torch, and holds Python's lock for a tenth of a second and
    more while the system links torch's libraries: the window would stand there empty.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(window.controller.open)
        self._timer.start(UNPAINTED_MS)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # All that is in the window is painted in the same go, so before any timer.
            self._timer.start(0)
        return False


def pass_on_qt_message(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Write what Qt says to the terminal, but for what it says of every unseen window."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(text + "\n")


def _nothing() -> None:
    """Leave the window open."""


def _remembered_folder(settings: Settings) -> Path | None:
    text = settings.text("data_dir")
    return Path(text) if text else None
