"""The frame of the board's picture: an SVG that needs nothing from anywhere."""

import html
import re

from rich.cells import cell_len
from rich.terminal_theme import TerminalTheme

THEME = TerminalTheme(
    (15, 19, 22),
    (230, 234, 237),
    [
        (15, 19, 22), (242, 120, 120), (69, 189, 146), (224, 163, 62),
        (110, 168, 254), (204, 121, 167), (110, 200, 220), (230, 234, 237),
    ],
    [
        (114, 126, 135), (242, 120, 120), (69, 189, 146), (224, 163, 62),
        (110, 168, 254), (204, 121, 167), (110, 200, 220), (255, 255, 255),
    ],
)  # fmt: skip

FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas,
  "Noto Sans Mono", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

_TEXT = re.compile(r'textLength="([0-9.]+)"([^>]*)>([^<]*)</text>')


def with_wide_letters(picture: str) -> str:
    """The picture with room for letters two cells wide, which Rich counts as one."""
    return _TEXT.sub(_spread, picture)


def _spread(found: re.Match[str]) -> str:
    text = html.unescape(found[3])
    width = float(found[1]) * cell_len(text) / max(1, len(text))
    return f'textLength="{width:.1f}"{found[2]}>{found[3]}</text>'
