"""Times on the wire: read in any zone or none, written in UTC."""

import copy
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from ir_client.wire.base import Reader, ReadTime, UtcTime, Writer, as_utc, rfc3339


class Moment(Reader):
    at: ReadTime


class Written(Writer):
    at: UtcTime


@pytest.mark.parametrize("model", [Moment, Written])
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
def test_a_time_is_read_as_utc_with_or_without_its_zone(
    model: type[Moment | Written], text: str
) -> None:
    moment = model.model_validate_json(f'{{"at":"{text}"}}').at
    assert moment == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert moment.tzinfo == UTC
    assert model.model_validate({"at": text}).at == moment
    assert pickle.loads(pickle.dumps(moment)) == copy.deepcopy(moment) == moment


@pytest.mark.parametrize("text", ["soon", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+02:00"])
def test_what_a_server_sends_instead_of_a_time_is_one_error_at_its_place(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Moment.model_validate_json(f'{{"at":"{text}"}}')
    [error] = refused.value.errors()
    assert (error["loc"], error["msg"]) == (("at",), "Input should be a valid time")


@pytest.mark.parametrize("written", ["2026-03-01T14:00:00.5+02:00", "2026-03-01T12:00:00.5Z"])
def test_a_time_is_written_as_rfc_3339_in_utc(written: str) -> None:
    moment = Moment.model_validate({"at": written})
    assert moment.model_dump_json() == '{"at":"2026-03-01T12:00:00.500000Z"}'


@given(st.datetimes(timezones=st.just(UTC) | st.timezones()))
def test_what_was_read_is_written_as_persons_times_are(moment: datetime) -> None:
    try:
        expected = rfc3339(moment)
    except ValueError:
        assume(False)
    assert Moment(at=moment).model_dump_json() == f'{{"at":"{expected}"}}'
    assert Moment.model_validate_json(f'{{"at":"{expected}"}}').at == as_utc(moment)
