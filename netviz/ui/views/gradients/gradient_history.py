"""The gradients of each layer over the steps; free of Qt."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import GradientsObserved
from netviz.ui.views.thinned_history import ThinnedHistory

_MOST_ROWS = 500


class GradientHistory:
    """At most 500 observations of one network, thinned evenly.

    Attributes
    ----------
    run, names, titles
        Of the network that is observed.
    """

    def __init__(self, first: GradientsObserved) -> None:
        self.run = first.run
        self.names = first.names
        self.titles = first.titles
        self._rows: ThinnedHistory[GradientsObserved] = ThinnedHistory(_MOST_ROWS)

    def __len__(self) -> int:
        return len(self._rows)

    def continues(self, observed: GradientsObserved) -> bool:
        """Whether an observation is of the same network."""
        return (self.run, self.names, self.titles) == (
            observed.run,
            observed.names,
            observed.titles,
        )

    def append(self, observed: GradientsObserved) -> None:
        """Add an observation; those of its step or later are forgotten."""
        self._rows.append(observed.step, observed)

    def truncate(self, step: int) -> None:
        """Forget everything after `step`."""
        self._rows.truncate(step)

    @property
    def steps(self) -> NDArray[np.int64]:
        """Steps observed, ``int64 [k]``."""
        return np.array(self._rows.steps, np.int64)

    @property
    def norms(self) -> NDArray[np.float64]:
        """Gradient norms, ``float64 [layers, k]``."""
        return np.array([row.norms for row in self._rows.rows], np.float64).T

    @property
    def unclipped_norms(self) -> NDArray[np.float64]:
        """Gradient norms before clipping, ``float64 [layers, k]``."""
        return np.array([row.unclipped_norms for row in self._rows.rows], np.float64).T

    @property
    def update_ratios(self) -> NDArray[np.float64]:
        """Update over weight, ``float64 [layers, k]``."""
        return np.array([row.update_ratios for row in self._rows.rows], np.float64).T
