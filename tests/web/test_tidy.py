"""The sources of the pages keep the rules that no compiler of theirs checks."""

import json
import re

import pytest

from tests.tidy.finding import Finding
from tests.tidy.house import LINE_MAX
from tests.tidy.repository import listed_files, read

EXACT = re.compile(r"\d+\.\d+\.\d+")
STYLED = (".html", ".svg", ".ts", ".tsx")
RULES = {
    r"(?::|<|,|\||&|\bas|=)\s*any\b(?!\s*\()": "any: say the type",
    r"@ts-(?:ignore|nocheck|expect-error)|eslint-disable": "a check is switched off",
    r"dangerouslySetInnerHTML|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write": (
        "text becomes markup"
    ),
    r"\beval\(|new Function\(": "text becomes code",
    r"\bstyle\s*=": "style in an element",
    r"<script(?![^>]*\bsrc=)|\son[a-z]+=[\"']": "script in a document",
    r"https?://(?!127\.0\.0\.1|www\.w3\.org/2000/svg)": "address of a host",
}

# What a page says stands in its catalogues: no words between tags, in braces or in an attribute.
WORD = r"[A-Za-z\u4e00-\u9fff]{2,}"
TAG = r"<(?!script)\w(?:[^<>=]*|[^<>]*[\"'}])"
SPOKEN = {
    rf"{TAG}>[^<>{{}}]*{WORD}[^<>{{}}]*</": "words between tags",
    rf">\{{[\"'][^\"']*{WORD}[^\"']*[\"']\}}<": "words between tags",
    rf"\b(?:aria-label|title|label|placeholder|alt|caption)=[\"'][^\"']*{WORD}": "words in a tag",
}
# Names of programs and formats are the same in every language.
UNSPOKEN = frozenset({"CTN", "CN", "PDF", "JSON", "CSV", "XLSX"})


def spoken(line: str) -> list[str]:
    """The rules that words outside of the catalogues break in a line of markup."""
    found = []
    for pattern, rule in SPOKEN.items():
        match = re.search(pattern, line)
        if match is not None and not UNSPOKEN & set(re.findall(r"[A-Z]{2,}", match.group())):
            found.append(rule)
    return found


def findings(path: str, text: str) -> list[Finding]:
    """Every place where a source of the pages breaks a rule."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE_MAX and not path.endswith((".svg", ".json")):
            found.append(Finding(path, number, f"line of {len(line)} characters"))
        if path.endswith(STYLED):
            broken = [rule for pattern, rule in RULES.items() if re.search(pattern, line)]
            found += [Finding(path, number, rule) for rule in broken]
        if path.endswith(".tsx"):
            found += [Finding(path, number, rule) for rule in spoken(line)]
    return found


def test_the_sources_of_the_pages_are_tidy() -> None:
    paths = [path for path in listed_files() if path.startswith("web/")]
    assert any(path.endswith(".tsx") for path in paths)
    found = [finding for path in paths for finding in findings(path, read(path))]
    assert not found, "\n" + "\n".join(str(finding) for finding in found)


def test_packages_are_pinned_exactly_and_the_lock_names_no_host() -> None:
    package = json.loads(read("web/package.json"))
    pins = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in pins.items() if not EXACT.fullmatch(version)] == []
    lock = read("web/package-lock.json")
    assert "://" not in lock
    root = json.loads(lock)["packages"][""]
    assert root["dependencies"] | root["devDependencies"] == pins
    packages = json.loads(lock)["packages"]
    hashes = {name: entry.get("integrity", "") for name, entry in packages.items() if name}
    assert [name for name, text in hashes.items() if not text.startswith("sha512-")] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("let found: any = 1;", "any: say the type"),
        ("const found = said as any;", "any: say the type"),
        ("const found: Map<string, any> = said;", "any: say the type"),
        ("// @ts-ignore", "a check is switched off"),
        ("<p dangerouslySetInnerHTML={text} />", "text becomes markup"),
        ("root.innerHTML = text;", "text becomes markup"),
        ("eval(text);", "text becomes code"),
        ("<p style={{ color }} />", "style in an element"),
        ("<script>run()</script>", "script in a document"),
        ('<a onclick="run()">', "script in a document"),
        ("<p>Nothing yet.</p>", "words between tags"),
        ('<p className={styles["told"]}>暂无成交</p>', "words between tags"),
        ('<option value="en">{"English"}</option>', "words between tags"),
        ('<Field label="Price" />', "words in a tag"),
        ('fetch("https' + '://example.org/")', "address of a host"),
    ],
)
def test_finds_what_is_planted(text: str, rule: str) -> None:
    assert [found.rule for found in findings("web/src/x.tsx", text)] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "// any of these",
        "const many: unknown = said;",
        '<script type="module" src="/src/x.ts"></script>',
        'const platform = "http://127.0.0.1:8080";',
        "found.some((line) => line);",
        "<p>{t('board.empty')}</p>",
        '<a href="/">CTN</a>',
        '<Field label={t("ticket.price")} />',
        "readonly again: () => Promise<void>;",
        "const isFit = units > 0n && units <= free;",
    ],
)
def test_finds_nothing_in_what_is_tidy(text: str) -> None:
    assert findings("web/src/x.tsx", text) == []
