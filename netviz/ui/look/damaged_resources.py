"""What the window says of its own files, icons and fonts, that are missing or damaged."""

_damaged: dict[str, None] = {}


def note_damaged(what: str) -> None:
    """Note that of `what`, such as ``icons``, a plain one stands in for the shipped one."""
    _damaged[what] = None


def forget_damaged() -> None:
    """Begin anew, as after an installation."""
    _damaged.clear()


def problem() -> str:
    """Return one sentence about what could not be read so far; empty if all could."""
    if not _damaged:
        return ""
    kinds = " and ".join(_damaged)
    return (
        f"Some of NetViz's own {kinds} are missing or damaged; "
        "plain ones stand in for them until NetViz is installed again."
    )
