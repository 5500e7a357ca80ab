"""Everything the window can do, with its name, its shortcut and one sentence; and the menus."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar


@dataclass(frozen=True)
class _Entry:
    """One action: its key in `Actions`, its text, shortcut and explanation."""

    key: str
    text: str
    shortcut: str
    tip: str
    checkable: bool = False


_SEPARATOR = None

_MENUS: dict[str, tuple[_Entry | None, ...]] = {
    "&File": (
        _Entry("open_run", "&Open run…", "Ctrl+O", "Continue a saved run where it was."),
        _Entry("save_run", "&Save run…", "Ctrl+S", "Write all it takes to continue the run."),
        _SEPARATOR,
        _Entry("load_weights", "&Load weights…", "", "Begin a run with the weights of a file."),
        _Entry("save_picture", "Save &picture…", "Ctrl+Shift+S", "Save the window as a PNG."),
        _SEPARATOR,
        _Entry("quit", "&Quit", "Ctrl+Q", "End training and close the window."),
    ),
    "&Edit": (
        _Entry("undo", "&Undo", "Ctrl+Z", "Take the last change of a setting back."),
        _Entry("redo", "&Redo", "Ctrl+Shift+Z", "Make the change again."),
    ),
    "&Run": (
        _Entry("toggle", "&Train / Pause", "Space", "Train, or hold the run."),
        _Entry("step", "Train one &batch", ".", "Train a single batch, then hold."),
        _Entry("next_line", "Next &line of the loop", "N", "In the tab Loop, on a copy."),
        _Entry("epoch", "Train to the &end of the epoch", "Ctrl+.", "Then hold."),
        _Entry("stop", "&Stop", "Ctrl+E", "End the run here."),
        _SEPARATOR,
        _Entry("go_back", "Go &back to a step…", "Ctrl+B", "The run as it is can be brought back."),
        _Entry("look_before", "Look at an e&arlier step", "Shift+Left", "This changes nothing."),
        _Entry("look_after", "Look at a &later step", "Shift+Right", "This changes nothing."),
        _Entry("look_now", "Back to n&ow", "Esc", "Show the run as it is at present."),
        _Entry("state_room", "&Memory for going back…", "", "And disk: how much is kept of a run."),
        _SEPARATOR,
        _Entry("find", "&Find learning rates", "F", "Let the rate rise on copies, and look."),
        _Entry("race", "R&ace…", "R", "Train several runs in turn from here, and compare them."),
        _Entry("end_race", "Go on with this run a&lone", "", "End the race; the others are kept."),
        _SEPARATOR,
        _Entry("reset", "&Reset", "Ctrl+R", "Go back to the same initial weights."),
        _Entry("new_seed", "Reset with a &new seed", "Ctrl+Shift+R", "Start from other weights."),
        _SEPARATOR,
        _Entry("rate_up", "Learning rate &up", "Ctrl+Up", "Raise the learning rate a step."),
        _Entry("rate_down", "Learning rate &down", "Ctrl+Down", "Lower the learning rate a step."),
    ),
    "&Data": (
        _Entry("open_folder", "Open a &folder of pictures…", "", "One subfolder for each class."),
        _Entry("open_csv", "Open a &CSV of pictures…", "", "A table of file_name and label."),
        _SEPARATOR,
        _Entry("train_drawings", "&Train on my drawings", "", "Those that you collected."),
        _Entry("export_drawings", "&Export my drawings…", "", "Copy them as PNG files."),
        _Entry("clear_drawings", "&Delete my drawings…", "", "Throw all of them away."),
        _SEPARATOR,
        _Entry("mirror", "&Mirror…", "", "Fetch data sets from your own server first."),
        _Entry("data_dir", "Data &folder…", "", "Choose where data sets lie."),
    ),
    "&Lessons": (
        _Entry("lessons", "&Lessons…", "Ctrl+L", "Choose a lesson."),
        _Entry("open_lesson", "&Open a lesson file…", "", "One of your own, or one from someone."),
        _Entry("lesson_folder", "&Your folder…", "", "Choose where your own lessons lie."),
        _SEPARATOR,
        _Entry(
            "record_lesson",
            "&Record a lesson",
            "",
            "Write down what you do, as the steps of a lesson; choose it again to stop.",
            checkable=True,
        ),
        _SEPARATOR,
        _Entry("leave_lesson", "Lea&ve the lesson", "", "Your own run comes back as it was."),
    ),
    "&View": (
        _Entry("theme", "&Dark colours", "Ctrl+D", "Dark or light.", checkable=True),
        _Entry("stage", "Sta&ge", "F5", "One thing at a time, for a projector.", checkable=True),
        _Entry("fullscreen", "F&ull screen", "F11", "Fill the screen.", checkable=True),
        _Entry("hold_plots", "&Hold the plots", "Ctrl+H", "Training goes on.", checkable=True),
        _SEPARATOR,
        _Entry("settings", "&Settings", "", "Show the settings.", checkable=True),
        _Entry("pad", "Drawing &pad", "", "Show the pad to draw on.", checkable=True),
        _Entry("fold", "Fold the &tabs", "Ctrl+T", "Leave their room to the loss.", checkable=True),
        _Entry("findings", "Point out f&indings", "", "Such as overfitting.", checkable=True),
        _Entry("rate_zones", "&Zones of the rate", "", "Slow, good, unstable.", checkable=True),
        _Entry("restore", "&Restore the layout", "", "Give all parts their usual sizes."),
    ),
    "&Help": (
        _Entry("shortcuts", "&Keyboard shortcuts", "F1", "All keys at a glance."),
        _SEPARATOR,
        _Entry("diagnostics", "&Copy diagnostics", "", "Versions, device, settings, last error."),
        _Entry("log_folder", "Open the &log folder", "", "Where failures are written down."),
        _SEPARATOR,
        _Entry("about", "&About NetViz", "", "Version, device and licences."),
    ),
}


class Actions(QObject):
    """All actions of a window, by key, and the menus that hold them.

    Attributes
    ----------
    menu_bar
        The bar with all menus.
    menus
        By their titles without the mnemonic sign.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        self.menu_bar = QMenuBar(window)
        for title, entries in _MENUS.items():
            menu = self.menu_bar.addMenu(title)
            menu.setToolTipsVisible(True)
            self.menus[title.replace("&", "")] = menu
            for entry in entries:
                if entry is None:
                    menu.addSeparator()
                else:
                    menu.addAction(self._make(entry, window))

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def shortcuts(self) -> list[tuple[str, str]]:
        """Return the text and the keys of every action that has a shortcut."""
        return [
            (
                action.text().replace("&", "").removesuffix("…"),
                action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
            )
            for action in self._actions.values()
            if not action.shortcut().isEmpty()
        ]

    def _make(self, entry: _Entry, window: QMainWindow) -> QAction:
        action = QAction(entry.text, window)
        action.setCheckable(entry.checkable)
        action.setToolTip(entry.tip)
        action.setStatusTip(entry.tip)
        if entry.shortcut:
            action.setShortcut(QKeySequence(entry.shortcut))
        window.addAction(action)
        self._actions[entry.key] = action
        return action
