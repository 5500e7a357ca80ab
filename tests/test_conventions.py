"""What every test keeps to: it reads nothing private of what it tests."""

import ast
from pathlib import Path

import pytest

TESTS = sorted(Path(__file__).parent.rglob("*.py"))
OTHERS_OWN = {"_forward_hooks", "_exit", "_DummyThread"}
"""Private names of torch and Python that tests need."""


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_no_private_attribute_is_read_or_replaced(file: Path) -> None:
    found = {name for node in ast.walk(ast.parse(file.read_text("utf-8"))) for name in _names(node)}
    private = {name for name in found if name.startswith("_") and not name.startswith("__")}
    assert private <= OTHERS_OWN


def _names(node: ast.AST) -> list[str]:
    """Return the attribute that is read of something else, or replaced in it."""
    if isinstance(node, ast.Attribute):
        is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        return [] if is_own else [node.attr]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        target = node.args[1] if node.func.attr == "setattr" and len(node.args) > 1 else None
        if isinstance(target, ast.Constant):
            return [str(target.value).rpartition(".")[2]]
    return []
