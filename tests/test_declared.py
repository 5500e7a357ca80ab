"""What the modules of a room declare is found wherever in it they lie."""

from pathlib import Path

import pytest

from netviz.declared import declared


def test_every_module_that_declares_something_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "some_room" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        (folder / "__init__.py").touch()
    (inner / "deep.py").write_text("SIGN = 'deep'")
    (inner.parent / "near.py").write_text("SIGN = 'near'")
    (inner.parent / "plain.py").write_text("OTHER = 'plain'")
    monkeypatch.syspath_prepend(tmp_path)
    assert declared("some_room", "SIGN") == ["deep", "near"]
