"""The serials of other registries that a certificate's tonnes stand for, as those print them."""

import asyncio
from collections.abc import Iterator

import msgspec

from ctn.api.link import Link
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.modules.registry.bridges import Bridge
from ctn.modules.registry.external import External
from ctn.modules.registry.records import Certificate, CertificatePart
from ctn.modules.registry.serials import Serial, print_serial
from ctn.modules.registry.units import read_units

IN_COLUMNS = ("cdc", "iso")


class ForeignSerial(msgspec.Struct, frozen=True):
    """Units locked at another registry, its serial text, and the serials here they stand for."""

    registry: str
    text: str
    start: int
    end: int


async def foreign_serials(link: Link, certificate: Certificate) -> list[list[ForeignSerial]]:
    """For each part of a certificate, in serial order; empty where a tonne was issued here."""
    asked = [_standing(link, certificate.batch, part) for part in certificate.parts]
    standing = await asyncio.gather(*asked)
    sources = sorted({known.source for rows in standing for known in rows})
    found = await asyncio.gather(
        *[link.call("state", table="bridge", place=source) for source in sources]
    )
    bridges = [msgspec.convert(answer["value"], Bridge | None) for answer in found]
    units = {
        source: read_units(bridge.units, bridge.registry) if bridge is not None else []
        for source, bridge in zip(sources, bridges, strict=True)
    }
    return [
        [clipped(known, units[known.source], part) for known in rows]
        for part, rows in zip(certificate.parts, standing, strict=True)
    ]


async def _standing(link: Link, batch: str, part: CertificatePart) -> list[External]:
    found = await link.call("standing", place=batch, start=part.start, end=part.end)
    return msgspec.convert(found["items"], list[External])


def clipped(known: External, units: list[Serial], part: CertificatePart) -> ForeignSerial:
    """The numbers of an interval that stand for serials of the part, in the bridge's spelling."""
    first, last = max(known.first_serial, part.start), min(known.last_serial, part.end)
    per_tonne = GRAMS_PER_TONNE // known.grams_per_number  # exact: 1 or 1,000
    start = known.start + (first - known.first_serial) * per_tonne
    end = start + (last - first + 1) * per_tonne - 1
    text = next(_texts(known, units, start, end=end), f"{known.line} {start}-{end}")
    return ForeignSerial(known.registry, text, first, last)


def _texts(known: External, units: list[Serial], start: int, *, end: int) -> Iterator[str]:
    """The range as part of each unit that holds it; normally one does."""
    for unit in units:
        if unit.line == known.line and unit.start <= start and end <= unit.end:
            text = print_serial(unit, start, end)
            yield f"{text} {start}-{end}" if unit.grammar in IN_COLUMNS else text
