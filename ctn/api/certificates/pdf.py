"""The document of a certificate: A4, both languages, with its own font and a code to check it.

The same facts give the same bytes: its date is that of the block, and no clock is read.
"""

import tempfile
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ctn.api.certificates.codes import dark_runs
from ctn.api.certificates.facts import Facts
from ctn.api.certificates.fonts import Font
from ctn.api.certificates.lines import Line, SerialLine, lines, serial_lines
from ctn.api.certificates.words import BOTH, word
from ctn.api.refusals import FormatNotInstalled

if TYPE_CHECKING:
    from fpdf import FPDF

# Millimetres, and points for sizes of letters.
MARGIN = 15
WIDTH = 180
LABEL_WIDTH = 56
CODE_WIDTH = 32
HEAD_HEIGHT = 36
ROW, SMALL_ROW = 4.8, 3.4
TITLE, AMOUNT, TEXT, SMALL = 17, 20, 8.5, 6.5
FAMILY = "certificate"
GREY, BLACK = 90, 0
COMMAND = "ctn certificate verify FILE --maker KEY"
_making = Lock()


@cache
def font() -> Font:
    """The characters that documents can show; raises FormatNotInstalled."""
    return Font()


def document(facts: Facts, public_url: str) -> bytes:
    """The PDF of a certificate; raises FormatNotInstalled where this server cannot make one."""
    # One at a time: the slices are read as they are needed, and two readers of one would mix.
    with _making, tempfile.TemporaryDirectory() as folder:
        sheet = Sheet(facts, public_url + facts.page)
        path = Path(folder) / "certificate.ttf"
        path.write_bytes(font().subset(sheet.text))
        return sheet.drawn(path)


class Sheet:
    """What a document says, in characters that its font has, and how it is drawn."""

    def __init__(self, facts: Facts, address: str) -> None:
        printable = font().printable
        self.facts = facts
        self.address = printable(address)
        self.title, self.scan, self.heading, self.source, self.stands_for = [
            word(name, BOTH) for name in ("title", "scan", "serials", "source", "stands_for")
        ]
        self.rows = [
            line._replace(label=printable(line.label), text=printable(line.text))
            for line in lines(facts, BOTH)
        ]
        self.serials = [
            line._replace(text=printable(line.text), external=tuple(map(printable, line.external)))
            for line in serial_lines(facts)
        ]

    @property
    def text(self) -> str:
        """Every character of it."""
        said = [self.address, self.title, self.scan, self.heading, self.source, self.stands_for]
        said += [line.label + line.text for line in self.rows]
        said += ["".join([line.text, line.tonnes, *line.external]) for line in self.serials]
        return "".join([*said, self.facts.grams_text, COMMAND, " t"])

    def drawn(self, font_file: Path) -> bytes:
        """The bytes of the PDF."""
        pdf = self._begun(font_file)
        self._draw_code(pdf)
        self._draw_head(pdf)
        for line in self.rows:
            self._draw_row(pdf, line)
        self._write(pdf, self.heading, TEXT, ROW)
        for serial in self.serials:
            self._draw_serial(pdf, serial)
        pdf.ln(2)
        self._write(pdf, f"{self.source} {COMMAND}", SMALL, SMALL_ROW)
        self._write(pdf, self.address, SMALL, SMALL_ROW)
        return bytes(pdf.output())

    def _begun(self, font_file: Path) -> "FPDF":
        try:
            from fpdf import FPDF
        except ImportError:
            raise FormatNotInstalled(needs="documents") from None
        pdf = FPDF(format="A4")
        pdf.set_margin(MARGIN)
        pdf.set_auto_page_break(auto=True, margin=MARGIN)
        pdf.set_creation_date(self.facts.moment)
        pdf.set_lang("zh-CN")
        pdf.set_title(f"{self.title} {self.facts.certificate.id}")
        pdf.set_subject(self.facts.grams_text)
        pdf.add_font(FAMILY, fname=font_file)
        pdf.add_page()
        return pdf

    def _draw_head(self, pdf: "FPDF") -> None:
        room = WIDTH - CODE_WIDTH
        pdf.set_font(FAMILY, size=TITLE)
        pdf.multi_cell(room, 8, self.title, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
        pdf.set_font(FAMILY, size=AMOUNT)
        pdf.multi_cell(room, 9, self.facts.grams_text, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_y(max(pdf.get_y(), MARGIN + HEAD_HEIGHT) + 2)

    def _draw_code(self, pdf: "FPDF") -> None:
        found = dark_runs(self.address)
        if found is None:
            raise FormatNotInstalled(needs="documents")
        modules, runs = found
        left, size = MARGIN + WIDTH - CODE_WIDTH, CODE_WIDTH / modules
        for column, row, length in runs:
            pdf.rect(left + column * size, MARGIN + row * size, length * size, size, style="F")
        pdf.set_xy(left, MARGIN + CODE_WIDTH)
        pdf.set_font(FAMILY, size=SMALL)
        pdf.cell(CODE_WIDTH, SMALL_ROW, self.scan, align="C")
        pdf.set_xy(MARGIN, MARGIN)

    def _draw_row(self, pdf: "FPDF", line: Line) -> None:
        """A label, and its text beside it over as many lines as it takes."""
        size, height = (SMALL, SMALL_ROW) if line.is_small else (TEXT, ROW)
        if pdf.will_page_break(2 * height):
            pdf.add_page()
        pdf.set_font(FAMILY, size=SMALL)
        pdf.set_text_color(GREY)
        pdf.cell(LABEL_WIDTH, height, line.label)
        pdf.set_text_color(BLACK)
        pdf.set_font(FAMILY, size=size)
        self._fill(pdf, WIDTH - LABEL_WIDTH, height, line.text)

    def _draw_serial(self, pdf: "FPDF", serial: SerialLine) -> None:
        self._write(pdf, f"{serial.text}  {serial.tonnes} t", SMALL, SMALL_ROW)
        for text in serial.external:
            self._write(pdf, f"    {self.stands_for} {text}", SMALL, SMALL_ROW)

    def _write(self, pdf: "FPDF", text: str, size: float, height: float) -> None:
        pdf.set_font(FAMILY, size=size)
        self._fill(pdf, WIDTH, height, text)

    def _fill(self, pdf: "FPDF", width: int, height: float, text: str) -> None:
        """Write over as many lines as it takes, breaking anywhere: Chinese has no spaces."""
        from fpdf.enums import WrapMode

        pdf.multi_cell(
            width, height, text, align="L", wrapmode=WrapMode.CHAR, new_x="LMARGIN", new_y="NEXT"
        )
