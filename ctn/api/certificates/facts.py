"""The facts of a certificate: its record and what the records that it names add, at one height."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from ctn.api.certificates.foreign import ForeignSerial, foreign_serials
from ctn.api.link import Answer, Head, Link
from ctn.api.refusals import Busy, NotFound
from ctn.kernel.block import UTC8_MS, block_hash
from ctn.kernel.codec import encode
from ctn.modules.registry.records import (
    PUBLIC,
    SEALED,
    Batch,
    Beneficiary,
    Certificate,
    Class,
    ExternalPair,
    Methodology,
    Project,
)
from ctn.modules.registry.rules import GRAMS_PER_TONNE, ctn_serial

TRIES = 5
FINGERPRINT_DIGITS = 16
CHINA = timezone(timedelta(milliseconds=UTC8_MS))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HIDDEN = {
    "public": (),
    "name_hidden": ("beneficiary", "on_behalf_of"),
    "sealed": ("beneficiary", "on_behalf_of", "purpose", "message", "period"),
}


class Serials(msgspec.Struct, frozen=True):
    """A part of a certificate: serials here, their grams, and the foreign units they stand for."""

    start: int
    end: int
    grams: str
    text: str
    external: list[ForeignSerial]


class ProjectFacts(msgspec.Struct, frozen=True):
    """The project whose tonnes were retired."""

    id: str
    name: str
    type: str
    country: str
    region: str
    proponent: str | None
    registry: str
    external: tuple[ExternalPair, ...]


class BatchFacts(msgspec.Struct, frozen=True):
    """The batch that the serials belong to."""

    id: str
    class_id: str = msgspec.field(name="class")
    class_name: str
    vintage: int
    start: str
    end: str
    unit_type: str
    labels: tuple[str, ...]


class MethodologyFacts(msgspec.Struct, frozen=True):
    """How the tonnes were measured."""

    id: str
    name: str
    doc: str


class BlockFacts(msgspec.Struct, frozen=True):
    """The block that holds the retirement; `hash` is null when it was made before this chain."""

    height: int
    time: int
    hash: str | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What every form of a certificate says; `certificate` is the record as it is stored.

    `beneficiary` to `period_end` are as published, at once or later by `reveal`; `hidden` names
    those that are not. `date` and `time_text` are at UTC+8.
    """

    certificate: Certificate
    beneficiary: Beneficiary | None
    on_behalf_of: str
    purpose: str | None
    message: str
    period_start: str | None
    period_end: str | None
    hidden: tuple[str, ...]
    grams: str
    grams_text: str
    date: str
    time_text: str
    serials: list[Serials]
    project: ProjectFacts
    batch: BatchFacts
    methodology: MethodologyFacts
    block: BlockFacts
    impairment: None
    fingerprint: str
    page: str

    @property
    def tonnes(self) -> str:
        """The tonnes with all six decimals."""
        return tonnes_text(self.certificate.grams)

    @property
    def moment(self) -> datetime:
        """The time of the block, at UTC."""
        return EPOCH + timedelta(milliseconds=self.block.time)


class CertificateAnswer(Facts, frozen=True, kw_only=True):
    """The facts of a certificate, and the height, time in ms and age at which they stood."""

    height: int
    time: int
    age_ms: int


async def facts_of(link: Link, identity: str) -> tuple[Head, Facts]:
    """The facts of a certificate and the block they were read at; NotFound, or Busy."""
    head = await link.head()
    for _ in range(TRIES):
        found = await _records(link, identity)
        heights = {answer["height"] for answer in found.values()}
        if len(heights) == 1:
            certificate = msgspec.convert(found["certificate"]["value"], Certificate)
            serials = await _serials(link, certificate)
            block = await _block(link, certificate)
            at = head._replace(height=heights.pop(), time=found["certificate"]["time"])
            return at, _facts(found, certificate, serials, block)
    raise Busy()


def fingerprint(certificate: Certificate) -> str:
    """The first 16 hex digits of the record's hash, the same before and after a `reveal`."""
    data = encode(certificate.replace(opened=None))
    return hashlib.sha256(data).hexdigest()[:FINGERPRINT_DIGITS]


def tonnes_text(grams: int) -> str:
    """Grams as tonnes with six decimals."""
    whole, rest = divmod(grams, GRAMS_PER_TONNE)  # exact: the rest is the decimals
    return f"{whole}.{rest:06d}"


async def _records(link: Link, identity: str) -> dict[str, Answer]:
    """The answers about the certificate and the records that it names."""
    certificate = await link.call("state", table="certificate", place=identity)
    if certificate["value"] is None:
        raise NotFound(certificate=identity)
    batch_id: str = certificate["value"]["batch"]
    places = {
        "batch": batch_id, "project": batch_id.rsplit("-", 2)[0],
        "class": batch_id.partition("-")[0],
    }  # fmt: skip
    asked = [link.call("state", table=table, place=place) for table, place in places.items()]
    found = dict(zip(places, await asyncio.gather(*asked), strict=True))
    methodology = found["batch"]["value"]["methodology"]
    found["methodology"] = await link.call("state", table="methodology", place=methodology)
    return found | {"certificate": certificate}


async def _serials(link: Link, certificate: Certificate) -> list[Serials]:
    """The parts with their texts; what they stand for elsewhere never changes any more."""
    foreign = await foreign_serials(link, certificate)
    return [
        Serials(
            part.start, part.end, str(part.grams),
            ctn_serial(certificate.batch, part.start, part.end), external,
        )
        for part, external in zip(certificate.parts, foreign, strict=True)
    ]  # fmt: skip


async def _block(link: Link, certificate: Certificate) -> BlockFacts:
    block = (await link.call("block", height=certificate.height))["block"]
    found = None if block is None else block_hash(encode(block["header"])).hex()
    return BlockFacts(certificate.height, certificate.time, found)


def _facts(
    found: dict[str, Answer], certificate: Certificate, serials: list[Serials], block: BlockFacts
) -> Facts:
    batch = msgspec.convert(found["batch"]["value"], Batch)
    project = msgspec.convert(found["project"]["value"], Project)
    kind = msgspec.convert(found["class"]["value"], Class)
    methodology = msgspec.convert(found["methodology"]["value"], Methodology)
    mark = fingerprint(certificate)
    moment = (EPOCH + timedelta(milliseconds=certificate.time)).astimezone(CHINA)
    return Facts(
        certificate=certificate,
        **_published(certificate),
        grams=str(certificate.grams),
        grams_text=tonnes_text(certificate.grams) + " tCO2e",
        date=moment.date().isoformat(),
        time_text=moment.isoformat(timespec="milliseconds"),
        serials=serials,
        project=ProjectFacts(
            project.id, project.name, project.type, project.country, project.region,
            project.proponent, kind.registry, project.external,
        ),
        batch=BatchFacts(
            batch.id, kind.id, kind.name, batch.vintage, batch.start, batch.end, batch.unit_type,
            batch.labels,
        ),
        methodology=MethodologyFacts(methodology.id, methodology.name, methodology.doc),
        block=block,
        impairment=None,
        fingerprint=mark,
        page=f"/c/{certificate.id}?h={mark}",
    )  # fmt: skip


def _published(certificate: Certificate) -> dict[str, Any]:
    """The fields that privacy may hide as they are known now, and the names of the hidden."""
    hidden: tuple[str, ...] = HIDDEN[certificate.privacy]
    opened = certificate.opened
    if opened is not None:
        hidden = ()
    names = ("beneficiary", "on_behalf_of", "purpose", "message", "period_start", "period_end")
    fields = {name: getattr(certificate, name) for name in names}
    if opened is not None and certificate.privacy != PUBLIC:
        shown = names if certificate.privacy == SEALED else names[:2]
        fields |= {name: getattr(opened, name) for name in shown}
    return fields | {"hidden": hidden}
