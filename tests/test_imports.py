"""What may be imported without what."""

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import netviz
import netviz.engine

QT = ("PySide6", "shiboken6", "pyqtgraph")
TORCH = ("torch", "torchvision", "safetensors")
OTHER_COMMANDS = ("requests", "rich")
ENGINE = [module.name for module in pkgutil.walk_packages(netviz.engine.__path__, "netviz.engine.")]
LIGHT_ROOMS = ("options", "protocol", "catalogue", "dataset_names", "atomic_files", "errors")
LIGHT = [
    *(name for name in ENGINE if name.split(".")[2] in LIGHT_ROOMS),
    "netviz.engine.run.history",
    "netviz.paths",
    "netviz.bridge.mailbox",
]

PROGRAM = """
import importlib, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {barred}:
            raise ImportError(name + " must not be imported here")

sys.meta_path.insert(0, Wall())
for name in {wanted}:
    importlib.import_module(name)
"""


def import_without(barred: tuple[str, ...], wanted: list[str]) -> str:
    """Import modules in a new process where others cannot be; return its complaints."""
    program = PROGRAM.format(barred=barred, wanted=wanted)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stderr


def test_the_engine_imports_where_there_is_no_qt() -> None:
    assert "netviz.engine.session.session" in ENGINE
    assert import_without(QT, ENGINE) == ""


@pytest.mark.parametrize("barred", [TORCH, QT])
def test_what_the_window_needs_at_once_imports_without(barred: tuple[str, ...]) -> None:
    assert import_without(barred, LIGHT) == ""


@pytest.mark.parametrize("barred", [TORCH, OTHER_COMMANDS])
def test_the_window_stands_without(barred: tuple[str, ...]) -> None:
    assert import_without(barred, ["netviz.cli.app", "netviz.ui.app"]) == ""


def test_python_imports_as_it_always_does_beside_the_window() -> None:
    program = "import sys, netviz.ui.app, linecache; sys.exit(len(linecache.cache) > 50)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("barred", "module"), [(QT, "bridge.worker"), (TORCH, "engine.training.trainer")]
)
def test_the_wall_holds(barred: tuple[str, ...], module: str) -> None:
    assert "must not be imported here" in import_without(barred, [f"netviz.{module}"])


def test_only_the_application_imports_the_window_for_more_than_its_type() -> None:
    package = Path(netviz.__file__).parent
    importers = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if "netviz.ui.shell.main_window"
        in _imported_at_run_time(ast.parse(file.read_text("utf-8")))
    }
    assert importers == {"ui/app.py"}


def _imported_at_run_time(tree: ast.AST) -> set[str]:
    """Return the modules that a module imports outside of `if TYPE_CHECKING`."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            found |= _imported_at_run_time(node)
    return found
