"""Who does something, as the timeline keeps it."""

from dataclasses import dataclass
from typing import Literal

from server_stub.access import Viewer


@dataclass(frozen=True, slots=True)
class ActorRef:
    """A user, an endpoint token, or the server itself, with the name it had at the time."""

    kind: Literal["user", "token", "system"]
    name: str
    id: int | None = None

    @property
    def is_person(self) -> bool:
        return self.kind == "user"


SYSTEM = ActorRef("system", "IR Central")


def actor_of(viewer: Viewer) -> ActorRef:
    """Whoever looks, as the one who does something."""
    row_id = viewer.user_id if viewer.kind == "user" else viewer.token_id
    return ActorRef(viewer.kind, viewer.name, row_id)
