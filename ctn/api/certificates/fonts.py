"""The fonts of documents: what a text needs of the web bundle's Noto Sans SC, as one small font.

The bundle cuts the font into some hundred files by how common a character is. Opened anew for
each document they would take most of a second, so each file is opened once, and outlines that
were ever needed are kept.
"""

import io
from pathlib import Path
from typing import Any

from ctn.api.refusals import FormatNotInstalled

FOLDER = Path(__file__).parents[1] / "static" / "fonts"
PATTERN = "*noto-sans-sc*.woff2"
FAMILY = "Noto Sans SC"
NOTDEF = ".notdef"
SPACE = 0x20


class Font:
    """The characters of the slices in a folder; raises FormatNotInstalled when there are none."""

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            from fontTools.ttLib import TTFont
        except ImportError:
            raise FormatNotInstalled(needs="documents") from None
        self._slices: dict[int, Any] = {}
        self._outlines: dict[int, tuple[Any, tuple[int, int]]] = {}
        for path in sorted(folder.glob(PATTERN)):
            # The files stay open: a lazy one reads its outlines when they are asked for.
            font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
            for character in font.getBestCmap():
                self._slices.setdefault(character, font)
        if SPACE not in self._slices:
            raise FormatNotInstalled(needs="fonts")

    def printable(self, text: str) -> str:
        """The text with `[U+XXXX]` for each character that the font lacks."""
        return "".join(
            [sign if ord(sign) in self._slices else f"[U+{ord(sign):04X}]" for sign in text]
        )

    def subset(self, text: str) -> bytes:
        """A TrueType font with the characters of a printable text, and no others."""
        from fontTools.fontBuilder import FontBuilder

        characters = sorted({SPACE, *[ord(sign) for sign in text]})
        names = {character: f"u{character:05X}" for character in characters}
        found = {names[character]: self._outline(character) for character in characters}
        found = {NOTDEF: self._outline(SPACE)} | found
        source = self._slices[SPACE]
        head, lines = source["head"], source["hhea"]
        builder = FontBuilder(head.unitsPerEm, isTTF=True)
        builder.setupGlyphOrder(list(found))
        builder.setupCharacterMap(names)
        builder.setupGlyf({name: outline for name, (outline, _metric) in found.items()})
        builder.setupHorizontalMetrics({name: metric for name, (_out, metric) in found.items()})
        builder.setupHorizontalHeader(ascent=lines.ascent, descent=lines.descent)
        builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
        builder.setupOS2(sTypoAscender=lines.ascent, sTypoDescender=lines.descent)
        builder.setupPost()
        # No clock: the same text gives the same bytes.
        builder.font["head"].created = builder.font["head"].modified = head.created
        builder.font.recalcTimestamp = False
        made = io.BytesIO()
        builder.save(made)
        return made.getvalue()

    def _outline(self, character: int) -> tuple[Any, tuple[int, int]]:
        """The outline of a character without references to others, its width and left edge."""
        known = self._outlines.get(character)
        if known is None:
            from fontTools.pens.recordingPen import DecomposingRecordingPen
            from fontTools.pens.ttGlyphPen import TTGlyphPen

            font = self._slices[character]
            glyphs = font.getGlyphSet()
            name = font.getBestCmap()[character]
            drawn, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
            glyphs[name].draw(drawn)
            drawn.replay(pen)
            known = self._outlines[character] = (pen.glyph(), font["hmtx"][name])
        return known
