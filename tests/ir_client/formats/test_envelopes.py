import io
import json
from typing import Any

import pytest

from ir_client.formats.envelopes import opened, opening
from ir_client.formats.outcomes import Rejected
from ir_client.formats.reading import read_drafts

DOCUMENT = {"x": 1}


@pytest.mark.parametrize(
    ("record", "inside"),
    [
        ({"hits": {"hits": [{"_id": "1", "_source": DOCUMENT}]}}, [{"_id": "1", "x": 1}]),
        ({"hits": {"hits": [{"_id": "1", "fields": {"x": [1]}}]}}, [{"_id": "1", "x": [1]}]),
        ({"hits": {"hits": [{"_id": "1", "_source": {"_id": "own"}}]}}, [{"_id": "own"}]),
        ({"hits": {"hits": ["odd", {}]}}, ["odd", {}]),
        ({"hits": {"hits": []}}, []),
        ({"hits": {"hits": "many"}}, None),
        ({"hits": 3}, None),
        ({"_index": "i", "_source": DOCUMENT}, [{"_index": "i", "x": 1}]),
        ({"_index": "i", "_source": "text"}, None),
        ({"_source": DOCUMENT}, None),
        ({"preview": False, "results": [DOCUMENT]}, [DOCUMENT]),
        ({"results": [DOCUMENT]}, None),
        ({"preview": False, "offset": 0, "result": DOCUMENT}, [DOCUMENT]),
        (
            {"sid": "s", "search_name": "n", "result": {"x": 1, "search_name": "own"}},
            [{"sid": "s", "search_name": "own", "x": 1}],
        ),
        ({"result": DOCUMENT}, None),
        ({"result": "success", "sid": "s"}, None),
        (DOCUMENT, None),
    ],
)
def test_the_envelopes_of_search_engines_are_opened(record: dict[str, Any], inside: object) -> None:
    assert opened(record) == inside


def test_an_envelope_belongs_to_the_format_of_its_first_record() -> None:
    unwrap = opening(lambda record: "x" in record)
    ours = {"hits": {"hits": [{"_source": {"x": 1}}, {"_source": {"y": 2}}]}}
    others = {"hits": {"hits": [{"_source": {"y": 2}}, {"_source": {"x": 1}}]}}
    assert unwrap(ours) == [{"x": 1}, {"y": 2}]
    assert unwrap(others) is None
    assert unwrap({"hits": {"hits": ["odd"]}}) is None
    assert unwrap({"x": 1}) is None


@pytest.mark.parametrize("answer", [{"hits": {"hits": []}}, {"preview": False, "results": []}])
def test_an_answer_that_found_nothing_is_no_record_and_no_mistake(answer: dict[str, Any]) -> None:
    assert list(read_drafts(io.BytesIO(json.dumps(answer).encode()))) == []


def test_an_envelope_of_a_format_that_is_empty_is_told() -> None:
    (reading,) = read_drafts(io.BytesIO(json.dumps({"colour": "red", "data": []}).encode()))
    assert isinstance(reading.outcome, Rejected)
