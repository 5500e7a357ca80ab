"""An SVG that stands in an HTML page: its elements are collected, and every text is escaped."""

from collections.abc import Iterable

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray

_ANCHORS = {"start": "", "middle": " m", "end": " e"}


class Drawing:
    """Collects the elements of a drawing; colours and type come from the page's style sheet.

    Parameters
    ----------
    width, height
        Its size in pixels; the page makes it as wide as there is room.
    title
        What it shows, for those who cannot see it.
    look
        Further classes of the whole.
    """

    def __init__(self, width: float, height: float, title: str, look: str = "") -> None:
        self._head = Markup(
            '<svg class="{}" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}" role="img">'
            "<title>{}</title>"
        ).format(f"drawing {look}".strip(), width, height, width, height, title)
        self._parts: list[Markup] = []

    def markup(self) -> Markup:
        """Return the whole drawing."""
        return Markup("").join([self._head, *self._parts, Markup("</svg>")])

    def _add(self, template: str, *values: object) -> None:
        self._parts.append(Markup(template).format(*values))

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        """Draw a straight line."""
        self._add(
            '<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>',
            *(look, x1, y1, x2, y2),
        )

    def box(
        self, x: float, y: float, width: float, height: float, look: str, **more: float
    ) -> None:
        """Draw a rectangle; `more` may have its `opacity` 0..1 and the `radius` of its corners."""
        extra = "".join(
            f' {name}="{more[key]:.3g}"'
            for key, name in (("opacity", "fill-opacity"), ("radius", "rx"))
            if key in more
        )
        self._add(
            '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}/>',
            *(look, x, y, width, height, Markup(extra)),
        )

    def text(
        self, x: float, y: float, text: str, look: str = "", anchor: str = "start", turn: float = 0
    ) -> None:
        """Write a text that starts, ends or has its middle at a point; `turn` is in degrees."""
        turned = Markup(' transform="rotate({:g} {:.1f} {:.1f})"').format(turn, x, y)
        self._add(
            '<text class="{}" x="{:.1f}" y="{:.1f}"{}>{}</text>',
            *(f"{look}{_ANCHORS[anchor]}".strip(), x, y, turned if turn else "", text),
        )

    def curve(self, xs: ArrayLike, ys: ArrayLike, look: str) -> None:
        """Draw a line through points, ``[n]``; it is broken where one is no number."""
        path = path_text(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
        if path:
            self._add('<path class="{}" d="{}"/>', f"curve {look}", path)

    def shape(self, xs: ArrayLike, ys: ArrayLike, look: str) -> None:
        """Draw a closed shape through points, ``[n]``."""
        path = path_text(np.asarray(xs, np.float64), np.asarray(ys, np.float64))
        if path:
            self._add('<path class="{}" d="{}Z"/>', look, path)

    def dots(self, xs: Iterable[float], ys: Iterable[float], look: str, *, diamond: bool) -> None:
        """Draw a disc, or a diamond, at each point."""
        for x, y in zip(xs, ys, strict=True):
            if diamond:
                self._add('<path class="{}" d="M{:.1f},{:.1f}l4,4l-4,4l-4,-4Z"/>', look, x, y - 4)
            else:
                self._add('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.6"/>', look, x, y)

    def begin_clip(self, name: str, x: float, y: float, width: float, height: float) -> None:
        """Cut off what is drawn outside of a box, until `end_clip`; `name` is the page's only."""
        self._add(
            '<clipPath id="{}"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
            '</clipPath><g clip-path="url(#{})">',
            *(name, x, y, width, height, name),
        )

    def end_clip(self) -> None:
        """Cut off no more."""
        self._add("</g>")


def path_text(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> str:
    """Return the path of an SVG through points, ``[n]``, broken where one is not finite."""
    parts, is_down = [], False
    for x, y, is_there in zip(
        xs.tolist(), ys.tolist(), (np.isfinite(xs) & np.isfinite(ys)).tolist(), strict=True
    ):
        if is_there:
            parts.append(f"{'L' if is_down else 'M'}{x:.1f},{y:.1f}")
        is_down = is_there
    return "".join(parts)
