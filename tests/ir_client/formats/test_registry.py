import pytest

from ir_client.formats.registry import AUTO, FORMATS, format_named, recognise


def test_every_format_is_found_by_its_name() -> None:
    assert [format_named(known.name) for known in FORMATS] == list(FORMATS)
    assert AUTO not in {known.name for known in FORMATS}


def test_an_unknown_name_lists_those_there_are() -> None:
    names = ", ".join(known.name for known in FORMATS)
    with pytest.raises(LookupError, match=f"no format 'csv'; there are {names}"):
        format_named("csv")


def test_a_record_is_given_to_the_first_format_that_knows_it() -> None:
    both = {"event_type": "alert", "timestamp": "x", "title": "x", "severity": "high"}
    assert recognise(both) == format_named("suricata")
    assert recognise({"title": "x", "severity": "high"}) == format_named("native")
    assert recognise({}) is None
