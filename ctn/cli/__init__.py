"""The `ctn` command: one file per group of commands, each importing what it needs when it runs.

A result goes to stdout, and with `--json` its last line is one JSON object; everything else goes
to stderr. Exit codes: 0 done, 1 refused, 2 wrong usage, others those of the node (`node/stops.py`).
"""


def main() -> None:
    """Run the words of this process's command line and exit."""
    import sys

    from ctn.cli.app import run

    sys.exit(run(sys.argv[1:]))
