"""How an endpoint token looks on the command line; its value is in none of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ir_console.model.format import moment

from .output import Column

if TYPE_CHECKING:
    from ir_client.wire.auth import EndpointToken

TOKEN_COLUMNS = (
    Column("ID", align_right=True),
    Column("NAME", limit=32),
    Column("MAY", limit=20),
    Column("TEAM", limit=16),
    Column("FROM", limit=32),
    Column("SOURCES", limit=32),
    Column("RATE", align_right=True),
    Column("ACTIVE"),
    Column("EXPIRES"),
    Column("USED", align_right=True),
    Column("LAST USED"),
)


def token_row(token: "EndpointToken") -> list[str]:
    """The cells of a token under TOKEN_COLUMNS."""
    rate = token.rate_limit_per_minute
    return [
        str(token.id),
        token.token_name,
        _may(token),
        token.team or "",
        _any_of(token.allowed_ips),
        _any_of(token.allowed_sources),
        "any" if rate is None else str(rate),
        "yes" if token.is_active else "no",
        moment(token.expires_at) if token.expires_at else "never",
        str(token.usage_count),
        moment(token.last_used_at) if token.last_used_at else "never",
    ]


def _may(token: "EndpointToken") -> str:
    rights = {
        "create": token.can_create_alerts,
        "read": token.can_read_alerts,
        "update": token.can_update_alerts,
    }
    return ", ".join(name for name, has in rights.items() if has) or "nothing"


def _any_of(allowed: Sequence[str] | None) -> str:
    if allowed is None:
        return "any"
    return ", ".join(allowed) or "none"
