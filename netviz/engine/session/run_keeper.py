"""The files of a session: saving, exporting, and the autosave beside the training."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from time import perf_counter

from netviz.engine.errors import StorageError
from netviz.engine.export.export import export
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.happening import Happening, What
from netviz.engine.run.record import RunRecord
from netviz.engine.run.run import Run
from netviz.engine.run.version import Version
from netviz.engine.session.left_runs import LeftRuns
from netviz.engine.session.tree_files import TreeFiles
from netviz.engine.storage.autosave import AutosaveFolder, ChosenFolder
from netviz.engine.storage.branch_files import Branches
from netviz.engine.storage.run_file import pack
from netviz.engine.storage.run_folder import save_run

FIRST_INTERVAL_S = 1.0
"""Time until the first autosave; then each interval is twice the one before, up to the next."""

AUTOSAVE_INTERVAL_S = 5.0
"""Time between two autosaves of a run that is no longer young."""

MAX_AUTOSAVE_INTERVAL_S = 9.0
"""The same for a run that takes long to copy, and is therefore saved less often."""

COST_FRACTION = 0.01
"""Autosaving may take this fraction of the training time."""

WRITER_NAME = "autosave"
"""Name of the thread that writes an autosave; it lives as long as it writes."""


class RunKeeper:
    """Writes a session's runs to files; all methods belong to the session's thread.

    An autosave copies the run in that thread, which takes milliseconds, and writes it in another,
    so that training need not wait for the disk.

    Parameters
    ----------
    emit
        Takes each `Saved`, `Exported` and `AutosaveFailed`.
    folder
        Where runs are autosaved; None for no autosave.

    Attributes
    ----------
    left
        The runs that were left, which are written beside the one at hand.
    tree
        What of them is in files.
    before_autosave
        Called before the runs are copied: those of a race train meanwhile.
    """

    def __init__(
        self, emit: Callable[[Event], None], folder: AutosaveFolder | ChosenFolder | None
    ) -> None:
        self._emit = emit
        self.left = LeftRuns()
        self.tree = TreeFiles(self.left)
        self.before_autosave: Callable[[], object] = lambda: None
        self._folder = folder
        if folder:
            self.tree.know(folder.path)
        self._writer: Thread | None = None
        self._error: StorageError | None = None
        self._is_reported = False
        self._saved: object = None  # version of the run that was looked at last, and of its tree
        self._kept: Version | None = None  # of what is in the folder
        self._interval_s = FIRST_INTERVAL_S
        self._due = perf_counter() + min(FIRST_INTERVAL_S, AUTOSAVE_INTERVAL_S)

    def save(self, run: Run, command: commands.Save, *, is_sound: bool) -> None:
        """Write the run's folder; raises `StorageError`.

        Of a run that has failed, and is not sound, or has diverged the last good state is written.
        """
        self._wait()  # an autosave into the same folder must not come after it
        record, ruined = run.records_to_save() if is_sound else (run.good_record(), None)
        saved = Happening(
            record.step, run.current_epoch, What.SAVED, f"Saved in {command.folder.name}."
        )
        # It tells of itself, so that it tells the same story when it is opened.
        tree, branches = self.tree.branches_for(command.folder)
        record = replace(record, happenings=(*record.happenings, saved), tree=tree)
        ruined = ruined and replace(ruined, tree=tree)
        save_run(record, command.folder, ruined, branches)
        self.tree.know(command.folder)
        run.note(What.SAVED, saved.text)
        if self._folder and command.folder.absolute() == self._folder.path.absolute():
            self._saved = run.version, self.tree.state
            self._kept = run.version._replace(step=record.step)
        is_present = is_sound and record.step == run.trainer.step
        good_step = None if is_present else record.step
        self._emit(events.Saved(run.number, command.folder, good_step, branches.left_out))
        self._emit(events.Noted(run.number, run.happenings))

    def export(self, run: Run, command: commands.Export) -> None:
        """Write one file of the run's; raises `NetvizError`."""
        export(run, command.kind, command.path)
        self._emit(events.Exported(run.number, command.kind, command.path))

    def autosave_if_due(self, run: Run) -> float:
        """Autosave the run if it is time; return the seconds that it took."""
        began = perf_counter()
        self._report_error(run)
        is_writing = self._writer is not None and self._writer.is_alive()
        if began >= self._due and not is_writing and self._is_unsaved(run):
            self._autosave(run, at_rest=False)
        return perf_counter() - began

    def autosave(self, run: Run) -> None:
        """Autosave the run now if anything has happened to it since the last time."""
        self._report_error(run)
        if self._is_unsaved(run):
            self._autosave(run, at_rest=True)

    def close(self, run: Run | None, *, is_sound: bool) -> None:
        """Autosave `run` for the last time, and note that the process ended normally.

        A run that has failed is not sound: its last autosave before that is worth more.
        """
        self._wait()
        if run is not None and is_sound:
            self.autosave(run)
        self._wait()
        if self._folder:
            self._folder.end()

    def _is_unsaved(self, run: Run) -> bool:
        if self._folder is None or run.trainer.step == 0:
            return False
        return self._saved != (run.version, self.tree.state)

    def _autosave(self, run: Run, *, at_rest: bool) -> None:
        """Autosave a run; while it trains on, not where it may have been ruined."""
        began = perf_counter()
        self._wait()
        try:
            self.before_autosave()
            self._saved = run.version, self.tree.state
            record = run.good_record() if run.is_in_doubt and not at_rest else run.sound_record()
            if record.step < run.trainer.step and self._has_newer(run, record.step):
                return
            content, branches = self._packed(record)
            self._kept = run.version._replace(step=record.step)
        except Exception as error:  # noqa: BLE001 - whatever it is, training can go on
            self._error = _explained(error)
        else:
            self._writer = Thread(target=self._write, args=(content, branches), name=WRITER_NAME)
            self._writer.start()
        self._interval_s = min(2 * self._interval_s, AUTOSAVE_INTERVAL_S)
        interval_s = max(self._interval_s, (perf_counter() - began) / COST_FRACTION)
        self._due = began + min(interval_s, MAX_AUTOSAVE_INTERVAL_S)

    def _packed(self, record: RunRecord) -> tuple[bytes, Branches]:
        """Copy a run, and those that were left and are not in the folder yet."""
        assert self._folder is not None
        tree, branches = self.tree.branches_for(self._folder.path)
        return pack(replace(record, tree=tree)), branches

    def _has_newer(self, run: Run, good_step: int) -> bool:
        """Whether the folder holds a state of the run that is good, and at least so new."""
        kept = self._kept
        if kept is None or kept.run != run.number:
            return False
        is_ruined = run.divergence is not None and kept.step > run.divergence.since_step
        return kept.step >= good_step and not is_ruined

    def _wait(self) -> None:
        """Wait until the last autosave is written."""
        if self._writer is not None:
            self._writer.join()

    def _write(self, content: bytes, branches: Branches) -> None:
        assert self._folder is not None
        try:
            self._folder.write(content, branches)
            self._is_reported = False
        except StorageError as error:
            self._error = error

    def _report_error(self, run: Run) -> None:
        """Report that autosaves fail, once until one succeeds."""
        error, self._error = self._error, None
        if error is not None and not self._is_reported:
            self._is_reported = True
            self._emit(events.AutosaveFailed(run.number, error.message, error.hint))


def _explained(error: Exception) -> StorageError:
    if isinstance(error, StorageError):
        return error
    return StorageError(
        f"The run could not be autosaved: {type(error).__name__}: {error}.",
        "Save it to see whether that works; until then the run is not kept safe.",
    )
