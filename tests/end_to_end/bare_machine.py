"""A machine that lacks system libraries, made without any rights: their files are not there.

A namespace of its own shows a process the folders of the system's libraries as folders of links to
the same files, without those that shall be missing. The loader cannot find them then, as nobody
else can.
"""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

OWN_NAMESPACE = ["unshare", "--map-root-user", "--mount"]


def can_be_made() -> bool:
    """Whether the system lets a user make a namespace and mount folders in it."""
    if not all(map(shutil.which, ("unshare", "mount"))):
        return False
    mounted = [*OWN_NAMESPACE, "mount", "--bind", "/usr", "/usr"]
    return subprocess.run(mounted, capture_output=True, check=False).returncode == 0


def without(libraries: Iterable[str], place: Path) -> list[str]:
    """Return what to put before a command so that it runs where the `libraries` are missing.

    Parameters
    ----------
    libraries
        Names as the loader looks for them, such as ``libEGL.so.1``.
    place
        An empty folder for the links.
    """
    stems = tuple(name.partition(".so")[0] + ".so" for name in libraries)
    mounts = []
    for number, folder in enumerate(_folders_with(stems)):
        real, shown = place / f"real-{number}", place / f"shown-{number}"
        real.mkdir()
        shown.mkdir()
        for file in folder.iterdir():
            if not file.name.startswith(stems):
                (shown / file.name).symlink_to(real / file.name)
        mounts += [f"mount --rbind '{folder}' '{real}'", f"mount --bind '{shown}' '{folder}'"]
    return [*OWN_NAMESPACE, "sh", "-c", " && ".join([*mounts, 'exec "$@"']), "sh"]


def _folders_with(stems: tuple[str, ...]) -> list[Path]:
    parents = [Path("/lib"), Path("/usr/lib")]
    there = [*parents, Path("/lib64"), Path("/usr/lib64")]
    there += [folder for parent in parents for folder in parent.glob("*-linux-gnu*")]
    return sorted(
        {
            folder.resolve()
            for folder in there
            if folder.is_dir() and any(each.name.startswith(stems) for each in folder.iterdir())
        }
    )
