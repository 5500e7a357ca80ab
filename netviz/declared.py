"""Finding what the modules of a room declare: its rules, probes or tabs."""

import pkgutil
from importlib import import_module
from typing import Any


def declared(package: str, name: str) -> list[Any]:
    """Return the `name` of every module of `package` that has one, in the order of the modules.

    Parameters
    ----------
    package
        Full name of the room; all modules in it, and in rooms within it, are imported.
    name
        What a module calls it, such as ``RULE``.
    """
    room = import_module(package)
    modules = [
        import_module(module.name) for module in pkgutil.walk_packages(room.__path__, f"{package}.")
    ]
    return [getattr(module, name) for module in modules if hasattr(module, name)]
