"""The entry point: `netviz` and `python -m netviz`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    collect_rarely()
    wait_briefly()
    try:
        from netviz.cli.app import run

        status = run()
    except KeyboardInterrupt:
        # Nothing was under way that had to be cleaned up.
        status = 130
    sys.exit(status)


def collect_rarely() -> None:
    """Let Python look for garbage less often.

    Importing makes hundreds of thousands of objects that live to the end; to look through them
    after every 700 new ones, as Python 3.11 does, takes a twelfth of the window's start-up time.
    """
    gc.set_threshold(50_000)


def wait_briefly() -> None:
    """Let torch's threads fall asleep soon when they wait for each other.

    They turn in a loop instead, for as long as a thread that shares its core with another program
    may need to come back: measured beside one, half as many images per second as with this number
    of turns, which alone costs nothing. The variable is read when torch is loaded.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")


if __name__ == "__main__":
    main()
