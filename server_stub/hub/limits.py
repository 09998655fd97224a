"""How much one stream connection, one user and the whole stream may take."""

from dataclasses import dataclass

from ir_client.wire.protocol2 import MAX_BATCH_EVENTS
from server_stub.domain.rate_limit import Rate

_BROADCASTS = Rate(per_second=200, burst=2_000)
_COMMANDS = Rate(per_second=10, burst=200)
_REFUSALS = Rate(per_second=100 / 60, burst=100)


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """The limits of the stream; each default is the contract's or says where it comes from."""

    broadcasts: Rate = _BROADCASTS
    """Frames of changes to one connection (contract, section 4): delays, never drops."""

    max_changes: int = 20_000
    """As many changed alerts as a resume replays; beyond it a snapshot is cheaper."""

    max_batch_events: int = MAX_BATCH_EVENTS
    """Changes in one frame of protocol 2."""

    max_replayed_events: int = 200_000
    """Events that a resume reads through: beyond it a snapshot is cheaper."""

    max_answer_bytes: int = 8 * 1024 * 1024
    """Answers that a client asked for and does not read."""

    max_rendered_bytes: int = 64 * 1024 * 1024
    """Encoded states that all subscribers share."""

    send_seconds: float = 10.0
    """How long a connection may take no byte before it is too slow."""

    heartbeat_seconds: float = 15.0
    """Protocol 2: silence after which a connection is told where the log stands."""

    max_connections: int = 2_000
    max_connections_per_viewer: int = 50
    """A console, a few `tail`s and scripts; far below what hurts the others."""

    commands: Rate = _COMMANDS
    """Commands beyond this are refused with an error frame."""

    refusals: Rate = _REFUSALS
    """Error frames beyond this are a flood: 1008."""

    max_watched: int = 1_000
    """Incidents that one connection watches or stops watching by name."""

    stale_seconds: float = 90.0
    """Silence, pongs included, after which a connection is dead: four missed pings."""
