from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.moments import read_moment
from ir_client.formats.outcomes import RecordError

MOMENT = datetime(2018, 3, 24, 14, 37, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2018-03-24T14:37:19Z",
        "2018-03-24t14:37:19z",
        "2018-03-24T14:37:19",
        "2018-03-24 14:37:19",
        "  2018-03-24T14:37:19Z ",
        "2018-03-24 14:37:19 UTC",
        "2018-03-24 14:37:19 GMT",
        "2018-03-24 14:37:19 Z",
        "2018-03-24T14:37:19.000000000Z",
        "2018-03-24 14:37:19,000",
        "2018-03-24T08:37:19-0600",
        "2018-03-24T08:37:19-06:00",
        "2018-03-24T08:37:19-06",
        "2018-03-24 08:37:19 -06:00",
        "2018-03-24 08:37:19.0 -0600",
        "2018-03-24T20:07:19+0530",
        "20180324T143719Z",
        "20180324143719",
        "03/24/2018 02:37:19 PM",
        "3/24/2018, 2:37:19 PM",
        "03/24/2018 14:37:19",
        "2018/03/24 14:37:19",
        "Mar 24 2018 14:37:19",
        "Mar 24 2018 14:37:19.000",
        "Mar 24 2018 14:37:19 UTC",
        "Mar 24 2018 08:37:19.000 -0600",
        "mar  24  2018 14:37:19 Z",
        "3/24/2018, 2:37:19.000 pm",
        "03/24/2018 02:37:19 PM UTC",
        "3/24/2018, 14:37:19.000000000",
        "2018/03/24 16:37:19 +0200",
        "Sat, 24 Mar 2018 14:37:19 GMT",
        "Sat, 24 Mar 2018 08:37:19 -0600",
        1521902239,
        1521902239.0,
        "1521902239",
        "1521902239.000",
        1521902239000,
        "1521902239000",
        1521902239000000,
        1521902239000000000,
        "1521902239000000000",
    ],
)
def test_a_time_as_siems_write_it_becomes_utc(value: object) -> None:
    moment = read_moment(value)
    assert moment == MOMENT
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("value", "microseconds"),
    [
        ("2018-03-24T14:37:19.5Z", 500_000),
        ("2018-03-24T14:37:19.123456789Z", 123_456),
        ("2018-03-24 14:37:19.123456789 +0000", 123_456),
        ("1521902239.25", 250_000),
        (1521902239037, 37_000),
    ],
)
def test_parts_of_a_second_are_kept(value: object, microseconds: int) -> None:
    assert read_moment(value) == MOMENT + timedelta(microseconds=microseconds)


@pytest.mark.parametrize(
    ("written", "hour"), [("12:37:19 AM", 0), ("1:37:19 AM", 1), ("12:37:19 PM", 12)]
)
def test_half_a_day_begins_with_twelve(written: str, hour: int) -> None:
    assert read_moment(f"3/24/2018, {written}") == MOMENT.replace(hour=hour)


@pytest.mark.parametrize(
    "value",
    [
        "3/24/2018 13:37:19 PM",
        "Foo 24 2018 14:37:19",
        "yesterday",
        "",
        "24/03/2018 14:37:19",
        "2018-13-24T14:37:19Z",
        "14:37:19",
        "Mar 24 14:37:19",
        0,
        "0",
        1521902,
        -1521902239,
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:59:59Z",
        "99999999999999",
        10**30,
        float("inf"),
        True,
        None,
        {},
        [],
        b"2018",
    ],
)
def test_what_says_no_time_is_quoted(value: object) -> None:
    with pytest.raises(RecordError, match=r"its time is .*; write it like 2018-03-24T14:37:19"):
        read_moment(value)


zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 2), datetime(2199, 12, 30), timezones=zones)


@given(moments)
def test_a_time_that_python_writes_is_read_as_it_was(moment: datetime) -> None:
    assert read_moment(moment.isoformat()) == moment
    assert read_moment(moment.isoformat(" ")) == moment
    assert read_moment(moment.strftime("%Y-%m-%dT%H:%M:%S.%f%z")) == moment
    assert read_moment(moment.strftime("%Y-%m-%d %H:%M:%S.%f %z")) == moment


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2199, 12, 30)).map(lambda m: m.replace(tzinfo=UTC)),
    st.sampled_from([1, 1_000, 1_000_000, 1_000_000_000]),
)
def test_a_unix_time_is_told_by_its_size(moment: datetime, unit: int) -> None:
    whole = moment.replace(microsecond=0)
    number = int(whole.timestamp()) * unit
    assert read_moment(number) == whole
    assert read_moment(str(number)) == whole


@given(
    st.text()
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.from_regex(r"\d{1,30}(\.\d+)?")
    | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.{0,8}")
)
def test_anything_else_is_a_time_or_an_error(value: object) -> None:
    try:
        moment = read_moment(value)
    except RecordError:
        return
    assert 1990 <= moment.year < 2200
