"""The entry point: `netviz` and `python -m netviz`."""

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        from netviz.cli.app import run

        status = run()
    except KeyboardInterrupt:
        # Nothing was under way that had to be ended in order.
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
