"""Draws the letters A to J with an unsteady pen and writes drawn_letters.npz beside this file.

Run once, as ``python resources/letters/draw_letters.py``; needs numpy. Each letter is a few pen
strokes in a square of side 1. For each picture the points of the strokes are shaken, the whole is
turned, slanted, stretched and moved, and the pen is thin or thick. NetViz only reads the result.
"""

import itertools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 28
TRAIN_OF_EACH, TEST_OF_EACH = 300, 100
GREYS = 17
"""Pixels are multiples of this, which halves the file."""

Points = NDArray[np.float64]


def arc(x: float, y: float, radius_x: float, radius_y: float, start: float, end: float) -> Points:
    """Points along an ellipse, from and to an angle in degrees; 0 is right and 90 is down."""
    angle = np.radians(np.linspace(start, end, 12))
    return np.stack([x + radius_x * np.cos(angle), y + radius_y * np.sin(angle)], axis=1)


def line(*points: tuple[float, float]) -> Points:
    """Points along straight lines from corner to corner."""
    corners = np.array(points, float)
    parts = [np.linspace(a, b, 6) for a, b in itertools.pairwise(corners)]
    return np.concatenate(parts)


LETTERS: dict[str, list[Points]] = {
    "A": [line((0.1, 1), (0.5, 0), (0.9, 1)), line((0.25, 0.65), (0.75, 0.65))],
    "B": [
        line((0.15, 0), (0.15, 1)),
        np.concatenate([line((0.15, 0), (0.5, 0)), arc(0.5, 0.24, 0.3, 0.24, -90, 90)]),
        np.concatenate([line((0.15, 0.48), (0.5, 0.48)), arc(0.5, 0.74, 0.37, 0.26, -90, 90)]),
        line((0.5, 1), (0.15, 1)),
    ],
    "C": [arc(0.55, 0.5, 0.45, 0.5, -50, -310)],
    "D": [
        line((0.15, 0), (0.15, 1)),
        np.concatenate([line((0.15, 0), (0.4, 0)), arc(0.4, 0.5, 0.48, 0.5, -90, 90)]),
        line((0.4, 1), (0.15, 1)),
    ],
    "E": [line((0.85, 0), (0.15, 0), (0.15, 1), (0.85, 1)), line((0.15, 0.5), (0.7, 0.5))],
    "F": [line((0.85, 0), (0.15, 0), (0.15, 1)), line((0.15, 0.48), (0.7, 0.48))],
    "G": [
        np.concatenate([arc(0.52, 0.5, 0.45, 0.5, -50, -360), line((0.97, 0.5), (0.55, 0.52))]),
    ],
    "H": [
        line((0.12, 0), (0.12, 1)),
        line((0.88, 0), (0.88, 1)),
        line((0.12, 0.5), (0.88, 0.5)),
    ],
    "I": [line((0.5, 0), (0.5, 1)), line((0.25, 0), (0.75, 0)), line((0.25, 1), (0.75, 1))],
    "J": [
        np.concatenate([line((0.7, 0), (0.7, 0.68)), arc(0.42, 0.68, 0.28, 0.32, 0, 150)]),
        line((0.4, 0), (0.95, 0)),
    ],
}


def shaken(stroke: Points, generator: np.random.Generator) -> Points:
    """Shake a stroke: its ends most, and smoothly in between."""
    t = np.linspace(0, 1, len(stroke))[:, None]
    start, end, bend = generator.normal(0, 0.07, (3, 2))
    return stroke + (1 - t) * start + t * end + np.sin(np.pi * t) * bend


def letter(strokes: list[Points], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one picture, ``uint8 [28, 28]``, white on black."""
    is_bare = generator.random() < 0.5  # an I without its two short lines
    kept = strokes[:1] if is_bare and strokes is LETTERS["I"] else strokes
    angle = np.radians(generator.normal(0, 10))
    slant, width, height = generator.normal(0, 0.15), *generator.uniform((9, 13), (18, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, slant], [0, 1]]) @ np.diag([width, height])
    centre = SIDE / 2 - 0.5 + generator.uniform(-2.5, 2.5, 2)
    pen, soft = generator.uniform(0.7, 1.8), 0.9
    rows, columns = np.mgrid[:SIDE, :SIDE]
    nearest = np.full((SIDE, SIDE), np.inf)
    for stroke in kept:
        points = (shaken(stroke, generator) - 0.5) @ matrix.T + centre
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            dx, dy = bx - ax, by - ay
            along = ((columns - ax) * dx + (rows - ay) * dy) / max(dx * dx + dy * dy, 1e-9)
            along = along.clip(0, 1)
            distance = np.hypot(columns - ax - along * dx, rows - ay - along * dy)
            nearest = np.minimum(nearest, distance)
    ink = ((pen + soft - nearest) / (2 * soft)).clip(0, 1)
    return (np.round(ink * 255 / GREYS) * GREYS).astype(np.uint8)


def main() -> None:
    """Draw all letters, mix them, and write the file."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", TRAIN_OF_EACH), ("test", TEST_OF_EACH)):
        order = generator.permutation(count * len(LETTERS))
        images = [letter(each, generator) for each in LETTERS.values() for _ in range(count)]
        labels = np.repeat(np.arange(len(LETTERS)), count)
        arrays[f"{split}_images"] = np.stack(images)[order]
        arrays[f"{split}_labels"] = labels[order].astype(np.uint8)
    np.savez_compressed(Path(__file__).with_name("drawn_letters.npz"), **arrays)


if __name__ == "__main__":
    main()
