"""QR codes: the address of a certificate, for whoever holds it on paper."""

from typing import Any

BORDER = 2


def code(address: str) -> Any | None:
    """The code of an address, or None where this server has no library for it."""
    try:
        import segno
    except ImportError:
        return None
    return segno.make(address, error="m", micro=False)


def svg_address(address: str) -> str | None:
    """The code as an image that stands in the page itself, or None."""
    made = code(address)
    return None if made is None else str(made.svg_data_uri(border=BORDER, scale=4))


def dark_runs(address: str) -> tuple[int, list[tuple[int, int, int]]] | None:
    """Width in modules, and each run of dark ones as (column, row, length); or None."""
    made = code(address)
    if made is None:
        return None
    runs: list[tuple[int, int, int]] = []
    width = len(made.matrix)
    for row, modules in enumerate(made.matrix):
        column = 0
        while column < width:
            length = 0
            while column + length < width and modules[column + length]:
                length += 1
            if length:
                runs.append((column, row, length))
            column += length + 1
    return width, runs
