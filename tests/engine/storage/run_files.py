"""Run files that are changed by hand, or are as an earlier version wrote them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

from netviz.engine.storage.run_summary import META_KEY, RUN_FILE

Change = Callable[[dict[str, Any], dict[str, torch.Tensor]], object]


def rewrite(folder: Path, change: Change) -> None:
    """Change the record and the tensors of the run file in a folder, in place."""
    content = (folder / RUN_FILE).read_bytes()
    length = int.from_bytes(content[:8], "little")
    record = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][META_KEY])
    tensors = load(content)
    change(record, tensors)
    (folder / RUN_FILE).write_bytes(save(tensors, {META_KEY: json.dumps(record)}))


def without_layers(record: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
    """Make it a file from before the layers were recorded."""
    del record["state"]["layers"]
    for name in [name for name in tensors if name.startswith("layers/")]:
        del tensors[name]
