"""The address of a mirror, as a user writes it."""

from urllib.parse import urlsplit

from netviz.engine.errors import DownloadError


def checked_address(mirror: str) -> str:
    """Return the address without the blanks around it.

    Raises
    ------
    DownloadError
        It is no address of a web server.
    """
    address = mirror.strip()
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise DownloadError(
            f"{address!r} is not the address of a mirror.",
            "Give the address of a folder on a web server; it starts with http:// or https://.",
        )
    return address
