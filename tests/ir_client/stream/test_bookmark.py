"""How far a reader has come survives being written down."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.errors import ConfigError
from ir_client.stream.bookmark import Bookmark
from ir_client.wire.cursor import StreamPosition

positions = st.none() | st.builds(
    StreamPosition, st.text(min_size=1), st.integers(0, 10**18 - 1)
).filter(lambda one: one.epoch.isprintable())
moments = st.none() | st.datetimes(timezones=st.just(UTC))


@given(positions, moments)
def test_what_was_written_is_read(position: StreamPosition | None, moment: datetime | None) -> None:
    bookmark = Bookmark(position, moment)
    if bookmark == Bookmark():
        assert str(bookmark) == ""
    else:
        assert Bookmark.parse(str(bookmark)) == bookmark


def test_it_reads_well() -> None:
    bookmark = Bookmark(StreamPosition("ab.cd", 7), datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert str(bookmark) == "ab.cd:7@2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    "text", ["", " ", "@", "7", ":7", "e:", "e:x", "e:-1", "e:7@noon", "e:" + "9" * 30, "@x", "e@"]
)
def test_what_is_none_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Bookmark.parse(text)
    assert "bookmark" in caught.value.hint


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(ConfigError):
        assert Bookmark.parse(text) != Bookmark()
