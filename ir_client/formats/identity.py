"""A stable external id for a record whose source gives none.

The server knows a duplicate by team, source and external id. A digest over the whole record is
the same on every run and differs as soon as anything in the record does.
"""

import json
from hashlib import sha256

from ir_client.wire.base import JsonObject

_DIGEST_CHARACTERS = 32


def record_id(prefix: str, record: JsonObject) -> str:
    """`prefix` and a digest of `record`, whatever the order of its keys."""
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return f"{prefix}-{sha256(canonical.encode()).hexdigest()[:_DIGEST_CHARACTERS]}"
