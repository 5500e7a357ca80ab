"""What README and docs/ name is there: files, links, and the commands that CI runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE_IN_EXAMPLES = {"netviz/engine/probes/norms.py", "netviz/ui/views/norm_view.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    named = set(re.findall(r"(?<![\w/])(?:netviz|tests|docs|resources)/[\w./-]*\w", text))
    named |= {
        f"netviz/{part}" for part in re.findall(r"`((?:ui|bridge|engine)/[\w./]+\.py)`", text)
    }
    missing = {name for name in named - MADE_IN_EXAMPLES if not (ROOT / name).exists()}
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text("utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}
