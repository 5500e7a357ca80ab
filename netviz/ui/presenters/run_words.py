"""What is said of a run: derived from where it is, so that it cannot be stale; free of Qt."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import MODELS, OPTIONS, RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Place, State

APPLICATION = "NetViz"


@dataclass(frozen=True)
class RunNow:
    """A run as it is at this moment: everything that is said of it follows from this.

    Attributes
    ----------
    state, step
        What it is doing, and the steps trained.
    place
        Where in its epochs it is.
    epochs
        Epochs that it is asked to train.
    stopped
        Whether the user ended it before its last epoch; only with state finished.
    failure
        Why it failed; only told with state failed.
    news
        What the user changed last, in the order of the changes.
    frozen
        The layers that do not learn, as the user knows them.
    again
        Epochs that Train adds where all are trained.
    replaced_step
        Steps of the run that was replaced, as long as it is what Ctrl+Z brings back; else 0.
    """

    state: State
    step: int
    place: Place
    epochs: int
    stopped: bool = False
    failure: str = ""
    news: tuple[LedgerEntry, ...] = ()
    frozen: tuple[str, ...] = ()
    again: int = 1
    replaced_step: int = 0

    @property
    def more_epochs(self) -> int:
        """Epochs that Train adds now; 0 where it goes on without more."""
        at_rest = self.state not in (State.RUNNING, State.FAILED) and self.step > 0
        return self.again if at_rest and not self.has_epochs_left else 0

    @property
    def has_epochs_left(self) -> bool:
        """Whether there is anything left to train."""
        return self.place.completed < self.epochs

    @property
    def figures(self) -> tuple[int, int, int, int]:
        """Epoch, epochs, batch and batches for the top bar.

        A run that was trained further than it is now asked to has as many epochs as it trained.
        """
        place = self.place
        return place.epoch, max(self.epochs, place.epoch), place.batch, place.batches

    @property
    def sentence(self) -> str:
        """What the status bar says."""
        state, news = self._state_words(), self._news_words()
        if self.state is State.RUNNING:
            return news or state
        replaced = self._replaced_words() if self.state is not State.FAILED else ""
        return f"{news} {state}{replaced}".strip()

    def _state_words(self) -> str:
        at = f"at step {self.step:,}"
        match self.state:
            case State.FAILED:
                return self.failure or "The run has failed."
            case State.RUNNING:
                return "Training. Change the learning rate and watch the next batch."
            case State.IDLE if self.step == 0:
                return f"Ready. Press Train, or Space.{self._frozen_words()}"
        if not self.has_epochs_left:
            return f"{self._end_words(at)} Space trains {self.again:,} more."
        if self.stopped:
            where = f"in epoch {self.place.epoch:,} of {self.epochs:,}"
            return f"Stopped by you {at}, {where}. Space goes on."
        return f"Held {at}. Space goes on."

    def _end_words(self, at: str) -> str:
        done, asked = self.place.completed, self.epochs
        if done == asked:
            return f"Finished {at}."
        epochs = "epoch is" if done == 1 else "epochs are"
        return f"Held {at}: {done:,} {epochs} trained, and {asked:,} wanted."

    def _replaced_words(self) -> str:
        if not self.replaced_step:
            return ""
        return f" Ctrl+Z brings back the run at step {self.replaced_step:,}."

    def _frozen_words(self) -> str:
        if not self.frozen:
            return ""
        return f" Frozen, so not learning: {', '.join(self.frozen)}."

    @property
    def has_waiting_news(self) -> bool:
        """Whether no batch has used yet what was changed last, and one would."""
        effects = {OPTIONS[entry.option].effect for entry in self.news}
        is_used = bool(self.news) and self.step > self.news[-1].step
        return Effect.NEXT_BATCH in effects and not is_used

    def _news_words(self) -> str:
        if not self.news:
            return ""
        labels = ", ".join(entry.label for entry in self.news)
        step = self.news[-1].step
        if self.step > step:
            return f"{labels} since step {step:,}."
        waits = self.has_epochs_left and self.has_waiting_news
        return f"{labels} at step {step:,}." + (" The next batch uses it." if waits else "")


def epochs_again(config: RunConfig, ledger: Iterable[LedgerEntry]) -> int:
    """Return as many epochs as were asked for last: at the start, or when they were raised."""
    raised = [int(each.new) - int(each.old) for each in ledger if each.option == "epochs"]
    return next((more for more in reversed(raised) if more > 0), config.epochs)


def window_title(config: RunConfig, folder: Path | None) -> str:
    """Name the run in the window's title: data set, network, and where it was saved."""
    network = MODELS.get(config.model, Path(config.model).name).partition(" (")[0]
    parts = [dataset_label(config.dataset), network, *([folder.name] if folder else [])]
    return f"{' · '.join(parts)} – {APPLICATION}"
