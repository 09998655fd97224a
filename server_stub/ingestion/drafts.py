"""Decide whether a record that came in is an alert we take. Pure.

Whether a token may send it is a part of that: its sources are a limit on the record, not on the
request.
"""

from dataclasses import dataclass

from pydantic import ValidationError

from ir_client.wire.alerts import AlertDraft
from server_stub.domain.strict_json import MAX_DEPTH, flaw_in
from server_stub.errors import FieldError, Forbidden, Invalid, TooLarge
from server_stub.storage.encoding import to_json

_SOURCE_REFUSED = "This endpoint token may not create alerts of this source."


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What holds for all records of a request. `check_sizes`: some may be over the limit.

    `process_all`: there is something to be found out also about an alert that says all.
    """

    source_system: str | None
    allowed_sources: tuple[str, ...] | None
    max_alert_bytes: int
    suspicious: bool = False
    max_depth: int = MAX_DEPTH
    check_sizes: bool = False
    process_all: bool = False


def read_draft(record: object, rules: IntakeRules) -> AlertDraft:
    """The alert that `record` is, with its source. Raises Invalid, TooLarge or Forbidden."""
    if flaw := flaw_in(record, suspicious=rules.suspicious, max_depth=rules.max_depth):
        raise Invalid([FieldError((), flaw)])
    if not isinstance(record, dict):
        raise Invalid([FieldError((), "Input should be an object")])
    if rules.check_sizes and len(to_json(record).encode()) > rules.max_alert_bytes:
        raise TooLarge(f"An alert may not be larger than {rules.max_alert_bytes} bytes.")
    try:
        draft = AlertDraft.model_validate(record)
    except ValidationError as error:
        raise Invalid.of(error) from None
    source = draft.source or rules.source_system or draft.source_system
    if source is None:
        raise Invalid.field("source", msg="Field required")
    if rules.allowed_sources is not None and source not in rules.allowed_sources:
        raise Forbidden(_SOURCE_REFUSED)
    system = draft.source_system or rules.source_system
    return draft.model_copy(update={"source": source, "source_system": system})
