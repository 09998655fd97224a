"""The cursor of a list: where one page ended, in a text that means nothing to its holder."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import get_args

from server_stub.errors import Invalid
from server_stub.storage.encoding import to_json_bytes
from server_stub.storage.query_sql import AlertOrder, SortField, SortOrder

_MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ListCursor:
    """The sort key and id of the last alert of a page, and the order that they belong to."""

    order: AlertOrder
    value: str | int
    alert_id: int

    def encode(self) -> str:
        fields = [self.order.by, self.order.order, self.value, self.alert_id]
        return base64.urlsafe_b64encode(to_json_bytes(fields)).decode().rstrip("=")


def decode_cursor(text: str) -> ListCursor:
    """Read a cursor that this server may have made; anything else is invalid."""
    try:
        if len(text) > _MAX_LENGTH:
            raise ValueError
        padded = text + "=" * (-len(text) % 4)
        by, order, value, alert_id = json.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
        if by not in get_args(SortField) or order not in get_args(SortOrder):
            raise ValueError
        if not _is_row_number(alert_id) or not _is_key(by, value):
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise Invalid.field("query", "cursor", msg="Not a cursor of this list") from None
    return ListCursor(AlertOrder(by, order), value, alert_id)


def _is_row_number(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _is_key(by: str, value: object) -> bool:
    if by == "severity":
        return _is_row_number(value)
    return isinstance(value, str) and value.isascii()
