"""What was rejected, as a line of JSON that can be mended and read again.

    {"file": "eve.json", "line": 7, "reason": "…", "record": {…}}
    {"file": "alerts.csv", "line": 9, "reason": "…", "text": "id,title\\n1"}

`record` is the whole record, `text` what was written where there was no record in it, below the
header of its table where it needs one. `unwrap` gives the bytes that are read in its place.
"""

import json

from ir_client.wire.base import JsonObject

_ABOUT = frozenset({"file", "line", "reason"})


def rejected_line(
    file: str, line: int, reason: str, *, record: object = None, text: str = ""
) -> JsonObject:
    """What tells of a record that was rejected."""
    about: JsonObject = {"file": file, "line": line, "reason": reason}
    return about | ({"text": text} if record is None else {"record": record})


def unwrap(record: JsonObject) -> bytes | None:
    """What was rejected by another run, as bytes; None for any other record."""
    if len(record) != len(_ABOUT) + 1 or not record.keys() >= _ABOUT:
        return None
    if isinstance(text := record.get("text"), str):
        return text.encode("utf-8", "replace")
    return json.dumps(record["record"]).encode() if "record" in record else None
