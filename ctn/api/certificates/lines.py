"""What page and document say, line by line, so that both say the same."""

from collections.abc import Iterator
from typing import NamedTuple

from ctn.api.certificates.facts import Facts, Serials, tonnes_text
from ctn.api.certificates.words import word


class Line(NamedTuple):
    """A label and what stands beside it; a small line is for checking rather than for reading."""

    label: str
    text: str
    is_small: bool = False


class SerialLine(NamedTuple):
    """Serials as printed, their tonnes, and the foreign serials that they stand for."""

    text: str
    tonnes: str
    external: tuple[str, ...]


def lines(facts: Facts, language: str) -> list[Line]:
    """Everything that a certificate says but its serials; empty fields are left out."""
    groups = (_people(facts, language), _credit(facts, language), _record(facts, language))
    return [
        line._replace(label=word(line.label, language))
        for group in groups
        for line in group
        if line.text
    ]


def serial_lines(facts: Facts) -> list[SerialLine]:
    """Every serial of a certificate."""
    return [_serial_line(part) for part in facts.serials]


def _serial_line(part: Serials) -> SerialLine:
    external = tuple([unit.text for unit in part.external])
    return SerialLine(part.text, tonnes_text(int(part.grams)), external)


def _people(facts: Facts, language: str) -> Iterator[Line]:
    hidden = {name: word("hidden", language) for name in facts.hidden}
    certificate = facts.certificate
    purpose = word(facts.purpose, language) if facts.purpose is not None else ""
    period = ""
    if facts.period_start is not None:
        period = f"{facts.period_start} / {facts.period_end}"
    yield Line("certificate", certificate.id)
    yield Line("quantity", facts.grams_text)
    yield Line("date", facts.date)
    yield Line("holder", certificate.holder)
    yield Line("beneficiary", hidden.get("beneficiary", _beneficiary(facts)))
    yield Line("on_behalf_of", hidden.get("on_behalf_of", facts.on_behalf_of))
    yield Line("use", word(certificate.use, language))
    yield Line("purpose", hidden.get("purpose", purpose))
    yield Line("country", certificate.country)
    yield Line("period", hidden.get("period", period))
    yield Line("message", hidden.get("message", facts.message))


def _beneficiary(facts: Facts) -> str:
    """Name, identifier, account and country of the beneficiary, those that are known."""
    known = facts.beneficiary
    if known is None:
        return ""
    lei = f"LEI {known.lei}" if known.lei is not None else None
    return ", ".join([text for text in (known.name, lei, known.account, known.country) if text])


def _credit(facts: Facts, language: str) -> Iterator[Line]:
    project, batch, methodology = facts.project, facts.batch, facts.methodology
    elsewhere = [f"{pair.registry} {pair.project}" for pair in project.external]
    yield Line("project", f"{project.name} ({', '.join([project.id, *elsewhere])})")
    yield Line("place", ", ".join([text for text in (project.region, project.country) if text]))
    yield Line("registry", f"{project.registry}, {batch.class_name}")
    yield Line("vintage", f"{batch.vintage} ({batch.start} / {batch.end})")
    yield Line("batch", batch.id)
    yield Line("methodology", f"{methodology.name} ({methodology.id})")
    yield Line("unit_type", word(batch.unit_type, language))
    yield Line("labels", ", ".join(batch.labels))


def _record(facts: Facts, language: str) -> Iterator[Line]:
    certificate, block = facts.certificate, facts.block
    yield Line("impairment", word("none_recorded", language))
    yield Line("replaces", certificate.replaces or "")
    yield Line("time", facts.time_text)
    yield Line("transaction", certificate.tx, is_small=True)
    yield Line("block", f"{block.height} {block.hash or ''}".rstrip(), is_small=True)
    yield Line("fingerprint", facts.fingerprint, is_small=True)
