"""What the findings of Amazon's services have in common: their envelopes, and ends of a connection.

Findings come alone (S3 export), as `Findings` or `findings` of an answer, or from EventBridge with
`detail`, which is a finding or holds several.
"""

from collections.abc import Sequence

from ir_client.wire.base import JsonObject

from .sources import At


def findings_in(record: JsonObject) -> list[object] | None:
    """The findings in an answer or an event of EventBridge; None for anything else."""
    holder = next((record[key] for key in ("detail", "data") if key in record), record)
    if not isinstance(holder, dict):
        return None
    for key in ("Findings", "findings"):
        if isinstance(inside := holder.get(key), list):
            return inside
    return [holder] if "detail-type" in record and "detail" in record else None


_FROM_HERE = ("OUTBOUND", "OUT", "ACTOR")
_DIRECTIONS = (*_FROM_HERE, "INBOUND", "IN", "TARGET")


class End:
    """The source or the destination of what a finding is about, addresses or ports.

    A finding tells of here (`local`) and there (`remote`). Who began is there, unless the first of
    `outbound` that says anything of it says that what is here did.
    """

    __slots__ = ("_is_source", "_local", "_outbound", "_remote", "_words")

    def __init__(
        self, *, is_source: bool, remote: Sequence[str], local: Sequence[str], outbound: At
    ) -> None:
        self._is_source = is_source
        self._remote, self._local = At(*remote), At(*local)
        self._outbound = outbound
        first, other = (self._remote, self._local) if is_source else (self._local, self._remote)
        self._words = (
            f"{first.described()}; where {outbound.described()} says {', '.join(_FROM_HERE)}: "
            f"{other.described()}"
        )

    def values(self, record: JsonObject) -> list[object]:
        said = (word for word in self._outbound.values(record) if word in _DIRECTIONS)
        began_here = next(said, None) in _FROM_HERE
        return (self._remote if began_here != self._is_source else self._local).values(record)

    def described(self) -> str:
        return self._words
