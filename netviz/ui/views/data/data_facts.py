"""What the Data tab writes about a data set."""

import math

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.mistakes import is_skewed


def data_facts(images: NDArray[np.uint8], name: str, split: str, batch_size: int) -> str:
    """Return what the tutorials print of a data set, a line for each fact."""
    shape = ", ".join(str(length) for length in images.shape)
    lines = [
        f"{name}, {split}",
        f"shape [{shape}] · {images.dtype}",
        f"values {images.min(initial=255)} to {images.max(initial=0)}",
    ]
    batches = math.ceil(len(images) / max(1, batch_size))
    if split == "train":
        lines[-1] += f" · {batches:,} batches of {batch_size:,}"
    return "\n".join(lines)


def imbalance(counts: NDArray[np.int64], classes: tuple[str, ...]) -> str:
    """Return a sentence that warns of skewed classes; empty where they are balanced."""
    if not is_skewed(counts):
        return ""
    least, most = int(counts.argmin()), int(counts.argmax())
    return (
        f"Skewed: {counts[most]:,} images of {classes[most]}, only {counts[least]:,}"
        f" of {classes[least]}."
    )
