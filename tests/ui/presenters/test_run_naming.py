"""The folder that "Save run" suggests."""

from datetime import datetime
from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.ui.presenters.run_naming import suggested_folder

NOW = datetime(2026, 3, 4, 15, 6)


def test_the_name_tells_data_network_and_date(tmp_path: Path) -> None:
    folder = suggested_folder(tmp_path, RunConfig.parse({"model": "cnn"}), NOW)
    assert folder == tmp_path / "mnist-sample-cnn-2026-03-04-15h06"


def test_it_names_no_folder_that_is_there(tmp_path: Path) -> None:
    names = set()
    for _ in range(3):
        folder = suggested_folder(tmp_path, RunConfig(), NOW)
        folder.mkdir()
        names.add(folder)
    assert len(names) == 3


@pytest.mark.parametrize("place", ["/a b/../ü$(x)", "/x/" + "long" * 90, "/x/..", "C:\\cats"])
def test_any_data_set_makes_one_plain_folder(tmp_path: Path, place: str) -> None:
    folder = suggested_folder(tmp_path, RunConfig.parse({"dataset": f"folder:{place}"}), NOW)
    assert folder.parent == tmp_path
    folder.mkdir()
