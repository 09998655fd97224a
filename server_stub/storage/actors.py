"""Who does something, as the timeline keeps it."""

from dataclasses import dataclass
from typing import Literal


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
