import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_stub.errors import Invalid
from server_stub.storage.cursors import ListCursor, decode_cursor
from server_stub.storage.encoding import to_json_bytes
from server_stub.storage.query_sql import AlertOrder


@pytest.mark.parametrize(
    "cursor",
    [
        ListCursor(AlertOrder("severity", "asc"), 3, 9),
        ListCursor(AlertOrder("updated_at", "desc"), "2026-03-01T12:00:00.000000Z", 2**62),
    ],
)
def test_a_cursor_reads_as_it_was_written(cursor: ListCursor) -> None:
    assert decode_cursor(cursor.encode()) == cursor


@given(st.text(max_size=80))
def test_any_other_text_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text)


@given(
    st.lists(
        st.one_of(
            st.integers(), st.text(max_size=5), st.none(), st.sampled_from(["severity", "asc"])
        ),
        max_size=5,
    )
)
def test_a_forged_cursor_is_read_as_one_of_ours_or_not_at_all(fields: list[object]) -> None:
    text = base64.urlsafe_b64encode(to_json_bytes(fields)).decode().rstrip("=")
    try:
        cursor = decode_cursor(text)
    except Invalid:
        return
    assert decode_cursor(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "fields",
    [
        ["password_hash", "asc", "x", 1],
        ["severity", "sideways", 1, 1],
        ["severity", "asc", "1", 1],
        ["received_at", "asc", 1, 1],
        ["severity", "asc", 1, 2**63],
        ["severity", "asc", True, 1],
    ],
)
def test_a_cursor_with_foreign_values_is_invalid(fields: list[object]) -> None:
    with pytest.raises(Invalid):
        decode_cursor(base64.urlsafe_b64encode(to_json_bytes(fields)).decode())
