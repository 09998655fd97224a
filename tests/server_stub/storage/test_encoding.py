import json
import sqlite3
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server_stub.storage.encoding import to_json

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=10,
)


def _exactly(value: object) -> str:
    """Tells 1 from 1.0 and from True, and 0.0 from -0.0."""
    return repr(value)


@given(VALUES)
def test_every_value_is_read_again_as_it_was(value: Any) -> None:
    assert _exactly(json.loads(to_json(value))) == _exactly(value)


@given(VALUES)
def test_sqlite_takes_what_is_written_for_json(value: Any) -> None:
    connection = sqlite3.connect(":memory:")
    (is_json,) = connection.execute("SELECT json_valid(?)", [to_json({"a": value})]).fetchone()
    connection.close()
    assert is_json == 1


def test_texts_stay_as_they_are_and_nothing_is_padded() -> None:
    assert to_json({"a": ["é€😀", 1.5, None]}) == '{"a":["é€😀",1.5,null]}'
