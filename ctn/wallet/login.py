"""The text that a wallet signs to log in: CAIP-122 in the form of EIP-4361 (people.md 12).

It begins with a host name and is signed under a tag of its own, so it can never stand for a
transaction, nor a transaction for it. What is signed is what the user reads.
"""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ctn.crypto import domains
from ctn.kernel.account import is_address

WANTS: Final = " wants you to sign in with your CTN account:"
VERSION: Final = "1"
TEXT_MAX: Final = 4_096
SCOPES_MAX: Final = 13
SCOPE: Final = "urn:ctn:scope:"
STATEMENT: Final = "Read and sign what waits for this account."
_DOMAIN = re.compile(r"[A-Za-z0-9.\[\]:-]{1,255}")
_STATEMENT = re.compile(r"[ -~]{1,200}")
_URI = re.compile(r"https?://[!-~]{1,255}")
_CHAIN = re.compile(r"[a-z][a-z0-9-]{2,39}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")
_SCOPE = re.compile(r"[a-z0-9][a-z0-9_.:]{0,63}")


class BadMessage(ValueError):
    """The text is no login: `field` is the line that is wrong, `rule` what it must be."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class Login(NamedTuple):
    """Who logs in where: times in ms since 1970, `chain` the name of the chain without its hash."""

    domain: str
    account: str
    statement: str
    uri: str
    chain: str
    nonce: str
    issued: int
    expires: int
    scopes: tuple[str, ...] = ()


def login_text(login: Login) -> str:
    """The text of a login, lines ended by LF but the last; times in whole seconds, rounded down."""
    lines = [
        login.domain + WANTS, login.account, "", login.statement, "",
        f"URI: {login.uri}", f"Version: {VERSION}", f"Chain ID: {login.chain}",
        f"Nonce: {login.nonce}", f"Issued At: {_written(login.issued)}",
        f"Expiration Time: {_written(login.expires)}",
    ]  # fmt: skip
    if login.scopes:
        lines += ["Resources:", *[f"- {SCOPE}{scope}" for scope in login.scopes]]
    return "\n".join(lines)


def login_bytes(text: str) -> bytes:
    """The bytes that a native key signs."""
    return domains.LOGIN + text.encode()


def read_login(text: str) -> Login:
    """The login that a text is; raises BadMessage with the first line that is wrong."""
    if len(text) > TEXT_MAX:
        raise BadMessage("message", f"at most {TEXT_MAX} characters")
    lines = text.split("\n")
    if len(lines) < 11:
        raise BadMessage("message", "eleven lines, and the resources")
    return Login(
        domain=_domain(lines[0]),
        account=_account(lines[1]),
        statement=_statement(lines[2:5]),
        uri=_fit(_URI, _value(lines[5], "URI"), "URI", "an http or https address"),
        chain=_chain(lines[6:8]),
        nonce=_fit(_NONCE, _value(lines[8], "Nonce"), "Nonce", "32 lower-case hex"),
        issued=_moment(lines[9], "Issued At"),
        expires=_moment(lines[10], "Expiration Time"),
        scopes=_scopes(lines[11:]),
    )


def _domain(line: str) -> str:
    if not line.endswith(WANTS):
        raise BadMessage("domain", f"a host name, then '{WANTS}'")
    return _fit(_DOMAIN, line.removesuffix(WANTS), "domain", "a host name")


def _account(line: str) -> str:
    if not is_address(line):
        raise BadMessage("account", "an address ctn1...")
    return line


def _statement(lines: list[str]) -> str:
    """The line between two empty ones."""
    before, statement, after = lines
    if before or after:
        raise BadMessage("statement", "an empty line before and after")
    return _fit(_STATEMENT, statement, "statement", "1 to 200 printable ASCII characters")


def _chain(lines: list[str]) -> str:
    version, chain = lines
    if _value(version, "Version") != VERSION:
        raise BadMessage("Version", VERSION)
    return _fit(_CHAIN, _value(chain, "Chain ID"), "Chain ID", "a name of a chain")


def _written(moment: int) -> str:
    return datetime.fromtimestamp(moment // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _value(line: str, name: str) -> str:
    if not line.startswith(f"{name}: "):
        raise BadMessage(name, f"a line that begins with '{name}: '")
    return line.removeprefix(f"{name}: ")


def _fit(pattern: re.Pattern[str], text: str, field: str, rule: str) -> str:
    if pattern.fullmatch(text) is None:
        raise BadMessage(field, rule)
    return text


def _moment(line: str, name: str) -> int:
    text = _fit(_TIME, _value(line, name), name, "a time of RFC 3339 in UTC")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadMessage(name, "a time that there is") from None
    since = found - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000


def _scopes(lines: list[str]) -> tuple[str, ...]:
    if not lines:
        return ()
    if lines[0] != "Resources:" or not 1 <= len(lines) - 1 <= SCOPES_MAX:
        raise BadMessage("Resources", f"'Resources:' and 1 to {SCOPES_MAX} lines")
    found = [
        _fit(_SCOPE, line.removeprefix(f"- {SCOPE}"), "Resources", f"lines '- {SCOPE}<scope>'")
        for line in lines[1:]
        if line.startswith(f"- {SCOPE}")
    ]
    if len(dict.fromkeys(found)) != len(lines) - 1:
        raise BadMessage("Resources", f"distinct lines '- {SCOPE}<scope>'")
    return tuple(found)
