"""Plays a lesson in the window, on runs of its own, and gives back what was there before."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from netviz.bridge.undo_commands import Beginning
from netviz.engine.catalogue import is_present
from netviz.engine.dataset_names import dataset_info_or_none, dataset_label
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.lessons.conductor import Conductor
from netviz.lessons.lesson import Lesson
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.library import Entry, entries, lesson_key, next_after
from netviz.lessons.player import Answer, Player, Prediction
from netviz.lessons.progress import ProgressBook, Reached
from netviz.lessons.reading import read_lesson
from netviz.lessons.telling import tell
from netviz.paths import lessons_dir, state_dir
from netviz.ui.lesson.lesson_panel import LessonPanel
from netviz.ui.lesson.sheet import Sheet
from netviz.ui.pad.canvas import Canvas
from netviz.ui.presenters.file_watch import FileWatch
from netviz.ui.presenters.lesson_guesses import LessonGuesses
from netviz.ui.presenters.lesson_hands import WindowHands
from netviz.ui.presenters.lesson_sheets import problem_sheet, sheet_of
from netviz.ui.presenters.race_presenter import RacePresenter

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_NOT_IN_A_LESSON = ("open_run", "load_weights", "open_folder", "open_csv")
"""Actions that would put a run of the user's in the place of the lesson's."""


@dataclass
class _Played:
    """The lesson that is open.

    Attributes
    ----------
    is_aside
        Whether the user's run was set aside for it.
    following
        Title of the lesson after it, empty for none; None before that is asked for.
    """

    path: Path
    lesson: Lesson | None = None
    player: Player | None = None
    conductor: Conductor | None = None
    is_aside: bool = False
    following: str | None = None


@dataclass(frozen=True)
class _Waiting:
    """What is to be done anew when the user's run comes back, and what was on the pad."""

    changes: dict[str, object]
    racing: tuple[int, ...]
    step: int
    canvas: Canvas


class LessonPresenter(QObject):
    """Joins a lesson's player with the panel, the plots and the controller.

    Parameters
    ----------
    put_on_pad
        Puts a test image on the pad, by its number.
    race
        Knows which runs of the user's race.

    Signals
    -------
    predicted
        What was predicted in the lesson so far, for a report: a tuple of `Prediction`.
    list_requested
        The user wants to see the list of lessons.
    """

    predicted = Signal(object)
    list_requested = Signal()

    def __init__(
        self, window: "MainWindow", put_on_pad: Callable[[int], object], race: RacePresenter
    ) -> None:
        super().__init__(window)
        self._window, self._run, self._race = window, window.controller, race
        self._room = window.lesson_room
        self._hands = WindowHands(window, put_on_pad)
        self.book = ProgressBook(state_dir() / "lessons.json")
        self._guesses = LessonGuesses(window, self)
        self._watch = FileWatch(self)
        self._played: _Played | None = None
        self._before: _Waiting | None = None
        self._when_ready: list[Callable[[events.Event], None]] = []
        self._asked_for: Path | None = None
        self._sheet: Sheet | None = None
        self._told: tuple[Prediction, ...] = ()
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._connect()
        self._offer()

    def _connect(self) -> None:
        run, window = self._run, self._window
        for signal in (
            run.prepared,
            run.opened,
            run.state_changed,
            run.progressed,
            run.epoch_finished,
            run.changed,
            run.refused,
            run.failed,
            run.diverging,
            run.recovered,
            run.race_changed,
            run.lane_told,
        ):
            signal.connect(self._on_run_told)
        for face in self._room.faces:
            self._connect_face(face)
        self._guesses.drawn.connect(self._on_answered)
        self._watch.saved.connect(self._on_file_saved)
        self._escape.activated.connect(self.leave)
        actions = window.actions_by_key
        actions["leave_lesson"].triggered.connect(self.leave)
        actions["look_now"].enabledChanged.connect(self._offer)
        actions["stage"].toggled.connect(self._offer)
        window.message_bar.opening.connect(self._on_message_opening)
        window.message_bar.closed.connect(self._offer)

    def _connect_face(self, face: LessonPanel) -> None:
        face.answered.connect(self._on_answered)
        face.counted.connect(self._on_counted)
        face.reveal_requested.connect(self._on_reveal_requested)
        face.next_requested.connect(self._on_next_requested)
        face.back_requested.connect(self._on_back_requested)
        face.redraw_requested.connect(self._guesses.draw_again)
        face.cancel_requested.connect(self._on_cancel_requested)
        face.next_lesson_requested.connect(self._on_next_lesson_requested)
        face.list_requested.connect(self.list_requested)
        face.left.connect(self.leave)

    # -- opening and leaving -----------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Whether a lesson is open."""
        return self._played is not None

    @property
    def own_folder(self) -> Path:
        """Where the user's own lessons lie."""
        text = self._window.settings.text("lesson_folder")
        return Path(text) if text else lessons_dir()

    def entries(self) -> tuple[Entry, ...]:
        """Read all lessons that there are."""
        return entries(self.own_folder, QLocale.system().name())

    def open(self, path: Path) -> None:
        """Open a lesson where it was left, in the place of one that is open.

        A file that cannot be read is shown with what is wrong, and read again when it is saved.
        """
        if not self._run.run or self._run.is_preparing:
            self._asked_for = path
            return
        self._asked_for = None
        is_aside = self._played is not None and self._played.is_aside
        self._end_playing()
        self._played = _Played(path.absolute(), is_aside=is_aside)
        self._watch.watch(path.absolute())
        self._read()

    @Slot()
    def leave(self) -> None:
        """Give back the run and the window as they were; how far the lesson came is kept."""
        played, self._asked_for = self._played, None
        if played is None:
            return
        self._end_playing()
        self._played = None
        self._watch.watch(None)
        self._room.end()
        self._window.hold_sentence("")
        self._offer()
        if self._run.is_preparing and (played.is_aside or played.player):
            self._when_ready.append(self._take_back_if(is_aside=played.is_aside))
        elif played.is_aside:
            self._take_back()
        else:
            self._give_pad_back()

    def _end_playing(self) -> None:
        """Let what is open do nothing more."""
        played = self._played
        if played and played.conductor:
            played.conductor.drop()
        self._room.tells = False
        self._told = ()
        self.predicted.emit(())
        self._guesses.clear()

    def _take_back_if(self, *, is_aside: bool) -> Callable[[events.Event], None]:
        """Return what takes the user's run back as soon as the run is ready, or refused."""

        def settle(event: events.Event) -> None:
            if is_aside or isinstance(event, events.Prepared):
                self._take_back()
            else:  # the user's run was never set aside
                self._give_pad_back()

        return settle

    def _take_back(self) -> None:
        self._run.take_back()
        self._when_ready.append(self._on_taken_back)

    def _give_pad_back(self) -> None:
        before, self._before = self._before, None
        if before:
            self._window.pad.pad.exchange_canvas(before.canvas)

    def _on_taken_back(self, _: events.Event) -> None:
        """Do anew what no run keeps: changes that wait for a reset, and a race."""
        before = self._before
        self._give_pad_back()
        if before is None:
            return
        if before.changes:
            self._run.change(before.changes)
        if before.racing:
            self._run.race_with(before.racing, starts=False)

    def _read(self) -> None:
        """Read the file, and begin the lesson, or go on with it as it is by now."""
        played = self._played
        assert played is not None  # whoever calls this has opened one
        try:
            lesson = read_lesson(played.path)
        except LessonError as error:
            self._show_error(played, error)
            return
        if played.player is None:
            self._begin(played, lesson)
            return
        played.lesson = lesson
        if played.conductor:
            played.conductor.config = lesson.run
        self._room.begin(lesson.controls, lesson.tabs)
        self._sheet = None
        played.player.replace(lesson)

    def _show_error(self, played: _Played, error: LessonError) -> None:
        title = played.lesson.title if played.lesson else played.path.stem
        if not self._room.is_on:
            self._room.begin(None, None)
        self._show_sheet(problem_sheet(error, title))
        self._offer()

    def _begin(self, played: _Played, lesson: Lesson) -> None:
        if self._tell_missing(lesson.run):
            self.leave()
            return
        if not played.is_aside:
            shown = self._race.race.shown
            others = (lane.line for lane in self._race.race.now() if lane != shown)
            canvas = self._window.pad.pad.exchange_canvas(None)
            waiting = dict(self._run.waiting)
            self._before = _Waiting(waiting, tuple(others), self._run.step, canvas)
        conductor = Conductor(self._hands, lesson.run)
        player = Player(lesson, conductor, self._show)
        played.lesson, played.conductor, played.player = lesson, conductor, player
        self._room.begin(lesson.controls, lesson.tabs)
        self._offer()
        reached = self.book.reached(lesson_key(played.path))
        goes_on = 0 < reached.step < len(lesson.steps) and reached.steps == len(lesson.steps)
        player.begin(reached.step if goes_on else 0, dict(reached.answers) if goes_on else None)

    def _tell_missing(self, config: RunConfig) -> bool:
        """Say that the lesson's data set has to be fetched first; nothing is fetched by itself."""
        info = dataset_info_or_none(config.dataset)
        if info is None or is_present(info, self._run.data_dir):
            return False
        self._window.message_bar.show_message(
            "warning",
            f"This lesson needs {dataset_label(config.dataset)}, which is not on this machine.",
            "Fetch it with Data > Download, then open the lesson again.",
        )
        return True

    @Slot()
    def _on_file_saved(self) -> None:
        if self._played:
            self._read()

    # -- what the learner does ---------------------------------------------------------------

    @property
    def _player(self) -> Player | None:
        return self._played.player if self._played else None

    @Slot(object)
    def _on_answered(self, answer: Answer | None) -> None:
        if self._player:
            self._player.give_answer(answer)

    @Slot(object)
    def _on_counted(self, counts: tuple[int, ...]) -> None:
        if self._player:
            self._player.count(counts)

    @Slot()
    def _on_reveal_requested(self) -> None:
        if self._player:
            self._player.reveal()

    @Slot()
    def _on_next_requested(self) -> None:
        if self._player:
            self._player.go_on()

    @Slot()
    def _on_back_requested(self) -> None:
        if self._player:
            self._player.go_back()

    @Slot()
    def _on_cancel_requested(self) -> None:
        if self._player:
            self._run.pause()
            self._player.skip_wait()

    @Slot()
    def _on_next_lesson_requested(self) -> None:
        entry = next_after(self._played.path, self.entries()) if self._played else None
        if entry:
            self.open(entry.path)

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_told(self, event: events.Event) -> None:
        if isinstance(event, events.Prepared):
            self._hands.test_count = event.test_count
        played = self._played
        if played and played.conductor and played.player:
            played.conductor.take(event)
            if not played.is_aside and isinstance(event, events.Prepared):
                self._on_begun(played)
            played.player.look()
            self._show()
        if isinstance(event, events.Prepared | events.Refused):
            self._do_what_waits(event)

    def _do_what_waits(self, event: events.Event) -> None:
        ready, self._when_ready = self._when_ready, []
        for do_it in ready:
            do_it(event)
        if self._asked_for:
            self.open(self._asked_for)

    def _on_begun(self, played: _Played) -> None:
        """The user's run waits from now on."""
        played.is_aside = True
        self._run.undo_stack.push(Beginning("opening the lesson", self.leave))
        self._say_where()

    def _say_where(self) -> None:
        played, before = self._played, self._before
        if played and played.lesson and before:
            own = "Your own run" if not before.racing else "Your own race"
            self._window.hold_sentence(
                f"Lesson “{played.lesson.title}” runs on a copy. {own} waits at step "
                f"{before.step:,} and comes back when you leave."
            )

    # -- what is shown -----------------------------------------------------------------------

    def _show(self) -> None:
        played = self._played
        if played is None or played.player is None or played.conductor is None:
            return
        player, conductor = played.player, played.conductor
        self._room.tells = conductor.is_busy
        if player.is_over and played.following is None:
            entry = next_after(played.path, self.entries())
            played.following = entry.title if entry else ""
        self._guesses.show(player, conductor)
        self._show_sheet(sheet_of(player, conductor, played.following or ""))
        if player.predictions != self._told:
            self._told = player.predictions
            self.predicted.emit(tuple(map(tell, self._told)))
        if not player.is_catching_up:
            self._keep(played, player)

    def _show_sheet(self, sheet: Sheet) -> None:
        if sheet != self._sheet:
            self._sheet = sheet
            self._room.show_sheet(sheet)

    def _keep(self, played: _Played, player: Player) -> None:
        """Remember how far the lesson has come."""
        steps = len(player.lesson.steps)
        reached = Reached(
            0 if player.is_over else player.reached, steps, player.is_over, player.answers
        )
        self.book.keep(lesson_key(played.path), reached)

    @Slot()
    def _on_message_opening(self) -> None:
        self._offer(has_message=True)

    @Slot()
    def _offer(self, _on: bool | None = None, *, has_message: bool | None = None) -> None:
        """Offer by menu and keys what can be done."""
        window, actions = self._window, self._window.actions_by_key
        if has_message is None:
            has_message = not window.message_bar.isHidden()
        actions["leave_lesson"].setEnabled(self.is_on)
        window.leave_button.setVisible(self.is_on)
        for key in _NOT_IN_A_LESSON:
            actions[key].setEnabled(not self.is_on)
        # Else Esc closes the message, ends the look back, or leaves the stage.
        is_free = not (has_message or actions["look_now"].isEnabled() or window.stage.is_on)
        self._escape.setEnabled(self.is_on and is_free)
