"""How a tab is declared, and the collection of all tabs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netviz.declared import declared
from netviz.engine.protocol.observations import Observation
from netviz.ui.look.theme import Theme
from netviz.ui.views.view import View


@dataclass(frozen=True, eq=False)
class ViewSpec:
    """One tab below the plots.

    A module of this room declares one as ``VIEW``; the window then has the tab.

    Attributes
    ----------
    title, tooltip
        What stands on the tab, and the sentence that explains it.
    place
        Where it stands: tabs are sorted by this number.
    make
        Makes the view.
    shows
        What the view shows, and the method that it is given to. While the view can be seen,
        the watched kinds among them are computed.
    height_px
        What it needs to be readable, where that is more than a tab usually has: while it is in
        front the plots give way.
    """

    title: str
    tooltip: str
    place: int
    make: Callable[[Theme], View]
    shows: Mapping[type[Observation], Callable[[Any, Any], None]] = field(default_factory=dict)
    height_px: int = 0

    @property
    def watches(self) -> frozenset[type[Observation]]:
        """What must be computed while the view can be seen."""
        return frozenset(observation for observation in self.shows if observation.is_watched)


def all_views() -> list[ViewSpec]:
    """Find the ``VIEW`` of every module of this room, in the order of the tabs."""
    return sorted(declared(__package__, "VIEW"), key=lambda view: view.place)
