"""Times on the wire: read in any zone or none, written in UTC."""

from datetime import UTC, datetime

import pytest

from ir_client.wire.base import Reader, UtcTime


class Moment(Reader):
    at: UtcTime


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00",
        "2026-03-01T14:00:00+02:00",
        "2026-03-01T12:00:00.000000",
    ],
)
def test_a_time_is_read_as_utc_with_or_without_its_zone(text: str) -> None:
    assert Moment(at=text).at == datetime(2026, 3, 1, 12, tzinfo=UTC)  # type: ignore[arg-type] # text is what a wire carries


def test_a_time_is_written_as_rfc_3339_in_utc() -> None:
    moment = Moment.model_validate({"at": "2026-03-01T14:00:00.5+02:00"})
    assert moment.model_dump_json() == '{"at":"2026-03-01T12:00:00.500000Z"}'
