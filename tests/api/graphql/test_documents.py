"""Which documents the door keeps and which it allows (thallo.md 4.9)."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from ctn.api.graphql.documents import Documents, read_kept
from ctn.api.graphql.refusals import DocumentNotAllowed, UnknownDocument
from ctn.node.config import Config, GraphqlTable, config_text, read_config
from ctn.node.stops import BadConfig

TEXT = "query Name { chain { name } }"
NAME = hashlib.sha256(TEXT.encode()).hexdigest()


def written(folder: Path, value: object) -> Path:
    path = folder / "persisted.json"
    path.write_bytes(value if isinstance(value, bytes) else msgspec.json.encode(value))
    return path


def test_reads_the_documents_of_a_web_build(tmp_path: Path) -> None:
    assert read_kept(written(tmp_path, {NAME: TEXT})) == {NAME: TEXT}


def test_keeps_none_without_a_web_build(tmp_path: Path) -> None:
    assert read_kept(tmp_path / "persisted.json") == {}


@pytest.mark.parametrize(
    "value", [{"0" * 64: TEXT}, {NAME.upper(): TEXT}, {NAME: TEXT + " "}, [TEXT], {NAME: 1}, b"{"]
)
def test_refuses_a_file_whose_names_are_not_the_hashes_of_its_texts(
    tmp_path: Path, value: object
) -> None:
    with pytest.raises(BadConfig):
        read_kept(written(tmp_path, value))


def test_persisted_allows_kept_documents_alone() -> None:
    documents = Documents({NAME: TEXT}, "persisted")
    assert documents.text(None, f"sha256:{NAME}") == TEXT
    with pytest.raises(DocumentNotAllowed):
        documents.text(TEXT, None)  # not even the text of a kept one
    with pytest.raises(UnknownDocument):
        documents.text(None, "sha256:" + "0" * 64)
    with pytest.raises(UnknownDocument):
        documents.text(None, NAME)


def test_the_mode_is_a_key_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text(config_text(Config(graphql=GraphqlTable("persisted"))))
    assert '[graphql]\ndocuments = "persisted"' in path.read_text()
    assert read_config(path).graphql.documents == "persisted"
    path.write_text('[graphql]\ndocuments = "none"\n')
    with pytest.raises(BadConfig):
        read_config(path)
    assert Config().graphql.documents == "open"
