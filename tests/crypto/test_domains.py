"""The domain tags."""

from ctn.crypto import domains

TAGS = [value for value in vars(domains).values() if isinstance(value, bytes)]


def test_tags_are_distinct_and_none_begins_another() -> None:
    assert len(TAGS) >= 8
    for tag in TAGS:
        assert [other for other in TAGS if other.startswith(tag)] == [tag]


def test_a_tag_is_ascii_with_a_version_and_one_line_feed_at_its_end() -> None:
    for tag in TAGS:
        room, name, version = tag.decode("ascii").split("/")
        assert room == "ctn"
        assert name.isalpha()
        assert version == "1\n"
