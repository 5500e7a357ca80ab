"""The name that is suggested for a run's folder."""

import re
from datetime import datetime
from pathlib import Path

from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.run_config import RunConfig


def suggested_folder(parent: Path, config: RunConfig, now: datetime) -> Path:
    """Return a folder in `parent`, not there yet, named after data set, network and date."""
    # File systems take 255 bytes, and a letter may have four.
    words = f"{dataset_label(config.dataset)[:40]} {config.model} {now:%Y-%m-%d %Hh%M}"
    # Letters of any language may stay; what a shell or a file system reads otherwise may not.
    name = re.sub(r"[^\w]+", "-", words).strip("-").lower()
    folder, count = parent / name, 1
    while folder.exists():
        count += 1
        folder = parent / f"{name}-{count}"
    return folder
