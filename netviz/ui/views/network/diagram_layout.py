"""Where the blocks of a network diagram are placed, without Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """The rectangle of a block in pixels, and whether an arrow leads to a block on its right."""

    x: int
    y: int
    width: int
    height: int
    leads_right: bool

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


def flow(count: int, width: int, block: tuple[int, int], gap: tuple[int, int]) -> list[Place]:
    """Place `count` blocks in rows from left to right, as many in a row as fit in `width`."""
    across = max(1, (width + gap[0]) // (block[0] + gap[0]))
    places = []
    for index in range(count):
        row, column = divmod(index, across)
        x, y = column * (block[0] + gap[0]), row * (block[1] + gap[1])
        leads_right = column < across - 1 and index < count - 1
        places.append(Place(x, y, *block, leads_right))
    return places


def height_of(places: Sequence[Place]) -> int:
    """Return the height that all blocks take."""
    return max((place.y + place.height for place in places), default=0)


def glyph(shape: Sequence[int], side: int) -> tuple[int, int]:
    """Return the number of sheets and their side length that stand for a layer's output shape.

    Units in a row are one sheet. Both numbers grow with the logarithm of the shape, so that 10
    and 4,096 units can be drawn side by side.
    """
    if len(shape) == 3:
        sheets = 1 + min(3, round(math.log2(max(1, shape[0])) / 2.5))
        length = round(side * min(1.0, 0.25 + math.log2(max(1, *shape[1:])) / 9))
        return sheets, length
    size = math.prod(shape) if shape else 1
    return 1, round(side * min(1.0, 0.15 + math.log2(max(1, size)) / 13))
