"""What is laid over each other of runs that are compared; free of Qt."""

from collections import Counter
from collections.abc import Mapping, Sequence

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import parting_step
from netviz.engine.protocol.run_names import run_name
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun
from netviz.ui.presenters.ghost_words import changes_of

_PATTERNS = 3
_SAME_IMAGES = ("dataset", "train_size", "test_share")
"""Settings that say how many images an epoch has."""


def overlaid_runs(
    runs: Sequence[LeftRun],
    origins: Mapping[int, Origin],
    at_hand: LeftRun,
    images: int,
) -> list[OverlaidRun]:
    """Return what is drawn of runs, each step once: the ones that began first lie behind.

    Parameters
    ----------
    runs
        Those that are compared.
    origins
        Where each run of the session came from, by their numbers.
    at_hand
        The run that the window shows.
    images
        How many images an epoch of it has.
    """
    runs = sorted(runs, key=lambda run: run.origin.line)
    names = names_of(runs)
    used: Counter[str] = Counter()
    found = []
    for place, run in enumerate(runs):
        line = run.origin.line
        token = branch_token(run.origin.color or line)
        shared = [parting_step(origins, line, other.origin.line) for other in runs[:place]]
        found.append(
            OverlaidRun(
                line,
                names[place],
                token,
                run.losses,
                run.measurements,
                changes_of(run, "loss"),
                changes_of(run, "batch_size"),
                run.learning_rates,
                begins=max(shared, default=0),
                images=images if _has_same_images(run.config, at_hand.config) else 0,
                dash=used[token] % _PATTERNS,
                is_at_hand=run is at_hand,
            )
        )
        used[token] += 1
    return found


def names_of(runs: Sequence[LeftRun]) -> list[str]:
    """Return what runs are called, with their numbers where they would be called the same."""
    names = [run_name(run.origin, run.config) for run in runs]
    return [
        f"{name} (run {run.origin.line})" if names.count(name) > 1 else name
        for name, run in zip(names, runs, strict=True)
    ]


def _has_same_images(config: RunConfig, other: RunConfig) -> bool:
    return all(getattr(config, name) == getattr(other, name) for name in _SAME_IMAGES)
