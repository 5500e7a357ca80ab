"""What can be asked of a `TrainingSession`; each command is handled within one batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.rates import Tried
from netviz.engine.protocol.state_budget import StateBudget


@dataclass(frozen=True)
class Prepare:
    """Load the data, build the network and measure it untrained: a new run, ready to start.

    Attributes
    ----------
    config
        The run's settings.
    data_dir
        Folder of downloaded data sets; None for the user's cache folder.
    keeps_weights
        Whether it begins with the weights of the run at hand, layer by layer, where they fit.
    """

    config: RunConfig
    data_dir: Path | None = None
    keeps_weights: bool = False


@dataclass(frozen=True)
class SetAside:
    """Set the run at hand aside, with all that were left, and prepare one to try things with.

    Until `TakeBack` they stay as they are, are not told of, and cannot be gone on with.

    Attributes
    ----------
    config, data_dir
        As those of `Prepare`.
    """

    config: RunConfig
    data_dir: Path | None = None


@dataclass(frozen=True)
class TakeBack:
    """Go on with the run that was set aside; those that began since are kept no longer."""


@dataclass(frozen=True)
class Start:
    """Train until the last epoch: start, resume, or go on after the epochs were raised."""


@dataclass(frozen=True)
class Pause:
    """Hold the run where it is."""


@dataclass(frozen=True)
class Step:
    """Train a single batch, then hold."""


@dataclass(frozen=True)
class RunEpoch:
    """Train to the end of the epoch under way, then hold."""


@dataclass(frozen=True)
class TrainSteps:
    """Train so many steps from where the run is, then hold; in a race each run does.

    Attributes
    ----------
    steps
        At least 1; fewer are trained where the last epoch ends before.
    """

    steps: int


@dataclass(frozen=True)
class Stop:
    """End the run here; it can still be continued with `Start`."""


@dataclass(frozen=True)
class Reset:
    """Go back to the initial weights, which are the same again unless the seed changes.

    Attributes
    ----------
    changes
        Options to change on the way, also those that take effect only on a reset.
    data_dir
        Folder of downloaded data sets; None for the one in use.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    data_dir: Path | None = None


@dataclass(frozen=True)
class BringBack:
    """Let the run at hand and the one that was left last change places."""


@dataclass(frozen=True)
class GoOnWith:
    """Go on with a run that was left; the one at hand is left in its place.

    Attributes
    ----------
    line
        Its number, as in `events.Prepared.left`.
    trust_model
        Whether the Python file that it names may be run, where it lies in a file.
    """

    line: int
    trust_model: bool = False


FEWEST, MOST = 2, 6
"""Runs that can race."""


@dataclass(frozen=True)
class Race:
    """Train several runs in turn, a step each, all from where the run at hand is.

    Each is what it would be by itself. The first one takes the place of the run at hand, which is
    left. `GoOnWith` one of them ends the race; any command that puts another run in the place of
    the one at hand does so, too.

    Attributes
    ----------
    lanes
        For each run the options that it changes, those that take effect on Reset excepted; two to
        six, no two of them alike.
    """

    lanes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class RaceRuns:
    """Train runs that were left in turn with the run at hand, from where each of them is.

    Attributes
    ----------
    lines
        Their numbers, as in `events.Prepared.left`; one to five.
    """

    lines: tuple[int, ...]


@dataclass(frozen=True)
class ShowLane:
    """Put another run of the race in the place of the run at hand; the race goes on.

    Attributes
    ----------
    line
        Its number.
    """

    line: int


@dataclass(frozen=True)
class AddLane:
    """Add a run to the race, from where its first lanes began; it is trained until it is level.

    Attributes
    ----------
    changes
        The options that it changes.
    """

    changes: Mapping[str, Any]


@dataclass(frozen=True)
class DropLane:
    """Take a run out of the race; it is kept as one that was left.

    Attributes
    ----------
    line
        Its number; not that of the run at hand.
    """

    line: int


@dataclass(frozen=True)
class AddSavedRuns:
    """Lay saved runs, and those that were left beside them, beside the runs of the session.

    The run at hand goes on meanwhile, and the files stay as they are. `DeleteRuns` takes it back.

    Attributes
    ----------
    folders
        Where `Save` wrote each, or its run file.
    """

    folders: tuple[Path, ...]


@dataclass(frozen=True)
class DeleteRuns:
    """Keep runs no longer that were left; `RestoreRuns` takes it back until another one is left.

    Attributes
    ----------
    lines
        Their numbers.
    """

    lines: tuple[int, ...]


@dataclass(frozen=True)
class RestoreRuns:
    """Keep runs again that were deleted, in their old places.

    Attributes
    ----------
    lines
        Their numbers.
    """

    lines: tuple[int, ...]


@dataclass(frozen=True)
class RenameRun:
    """Call a run of the session, the one at hand or one that was left, by another name.

    Attributes
    ----------
    line
        Its number.
    name
        Its new name; empty for the one that is made of what differs.
    """

    line: int
    name: str


@dataclass(frozen=True)
class Change:
    """Change options of the run under way; the next batch uses them.

    Options that take effect on Reset are refused here.

    Attributes
    ----------
    request
        A number that `Changed` gives back.
    """

    changes: Mapping[str, Any]
    request: int = 0


@dataclass(frozen=True)
class Rewind:
    """Go back to the last good state that was kept, as `GoBack`, and change options there.

    Attributes
    ----------
    changes
        Options to change at that point, for example a smaller learning rate.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GoBack:
    """Go back to any step; the run as it is can be brought back.

    It is reached beside the run: until then, and with any command that trains, it stays as it is.

    Attributes
    ----------
    step
        From 0 to the step before the last.
    """

    step: int


@dataclass(frozen=True)
class LookBack:
    """Show views the network as it was at a step; the run stays as it is, and may go on training.

    Of several that wait only the newest counts.

    Attributes
    ----------
    step
        The last state that was kept until then is shown; None, or the present step, for the
        present again.
    run
        Number of the run that is meant; another one is not looked at.
    request
        A number that `LookedBack` gives back.
    """

    step: int | None
    run: int
    request: int = 0


@dataclass(frozen=True)
class SetPace:
    """Slow training down so that single batches can be watched.

    Attributes
    ----------
    batches_per_second
        Upper limit; None for full speed. The losses are the same at any pace.
    """

    batches_per_second: float | None


@dataclass(frozen=True)
class Watch:
    """Say which observations visible views show; only those are computed, and each at once.

    Attributes
    ----------
    observations
        Replaces what was watched before.
    """

    observations: frozenset[type[Observation]]


@dataclass(frozen=True)
class Refresh:
    """Try something on a copy of the present weights now, whatever that costs.

    Attributes
    ----------
    observation
        What shall come of it.
    about
        What of it is asked for in particular, from now on, such as the weight that is followed;
        None for nothing.
    """

    observation: type[Tried]
    about: object = None


@dataclass(frozen=True)
class WriteScript:
    """Write the run, as it is now, as a script, and tell it as `ScriptWritten`."""


@dataclass(frozen=True)
class StopTrying:
    """Try something no further that `Refresh` asked for; what was found until then is told.

    Attributes
    ----------
    observation
        What was to come of it.
    """

    observation: type[Tried]


@dataclass(frozen=True)
class MeasureTest:
    """Predict all test images now, for the mistakes and the confusion matrix."""


@dataclass(frozen=True, eq=False)
class Predict:
    """Predict the class of a drawing with the present weights.

    Attributes
    ----------
    request
        A number that the `Prediction` gives back; of several that wait only the newest counts.
    drawing
        The pad's canvas, light strokes on dark, ``uint8 [H, W]`` or ``uint8 [3, H, W]``, of
        any size. An empty canvas is predicted as it is.
    prepared
        Whether `drawing` is already an image of the data set's own form (a test image that
        was put on the pad) and is not to be centred and scaled.
    """

    request: int
    drawing: NDArray[np.uint8]
    prepared: bool = False


@dataclass(frozen=True)
class LookAt:
    """Choose the image whose activations are watched.

    Attributes
    ----------
    test_index
        Index of a test image; None for the drawing that was predicted last.
    """

    test_index: int | None = None


@dataclass(frozen=True)
class PreviewAugmentation:
    """Show training images as the present augmentation may change them; the run goes on.

    Attributes
    ----------
    indices
        Which training images; indices that do not exist are left out.
    seed
        Decides the changes shown. They come from a generator of their own.
    """

    indices: tuple[int, ...]
    seed: int = 0


@dataclass(frozen=True)
class Save:
    """Write the run's files into a folder, each whole or not at all."""

    folder: Path


@dataclass(frozen=True)
class Open:
    """Continue a saved run from where it was; if it cannot be opened the present run stays.

    Attributes
    ----------
    folder
        Where `Save` wrote it, or its run file.
    data_dir
        Folder of downloaded data sets; None for the user's cache folder.
    changes
        Options to change there, for example more epochs.
    trust_model
        Whether the user agrees that the Python file that the run names is run.
    """

    folder: Path
    data_dir: Path | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    trust_model: bool = False


@dataclass(frozen=True)
class LoadWeights:
    """Begin a new run, with the present settings and the weights of a file.

    Nothing in the file is executed. A later `Reset` goes back to the seed's own weights.

    Attributes
    ----------
    path
        A ``.safetensors``, or a ``state_dict`` as ``.pth``.
    """

    path: Path


class ExportKind(StrEnum):
    """In which form a run can be exported."""

    SCRIPT = "PyTorch script"
    METRICS = "metrics"
    WEIGHTS = "weights"
    ONNX = "ONNX network"
    REPORT = "report"


@dataclass(frozen=True)
class Export:
    """Write the run, as it is now, in a form that needs no NetViz.

    Attributes
    ----------
    predictions
        What was predicted in a lesson, for a report.
    """

    kind: ExportKind
    path: Path
    predictions: tuple[Prediction, ...] = ()


@dataclass(frozen=True)
class KeepStates:
    """Keep so much of a run's past from now on that any step of it is reached again quickly."""

    budget: StateBudget


@dataclass(frozen=True)
class Close:
    """End the session; nothing is served after it."""


Command = (
    Prepare
    | SetAside
    | TakeBack
    | Start
    | Pause
    | Step
    | RunEpoch
    | TrainSteps
    | Stop
    | Reset
    | BringBack
    | GoBack
    | GoOnWith
    | Race
    | RaceRuns
    | ShowLane
    | AddLane
    | DropLane
    | DeleteRuns
    | RestoreRuns
    | RenameRun
    | AddSavedRuns
    | LookBack
    | Change
    | Rewind
    | SetPace
    | KeepStates
    | Watch
    | Refresh
    | WriteScript
    | StopTrying
    | MeasureTest
    | Predict
    | LookAt
    | PreviewAugmentation
    | Save
    | Open
    | LoadWeights
    | Export
    | Close
)
