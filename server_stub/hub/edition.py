"""What all who may see the same, and have heard all before, are told: made once for all of them.

Most take it as it is. Who cannot (behind, at the rate limit, not open yet) keeps its changes and
is told later, in the ordinary way. Does no I/O. See decisions/0018.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from server_stub.domain.backlog import Change, Subject
from server_stub.hub.renderings import Renderings
from server_stub.hub.states import State


class Audience(NamedTuple):
    """Who is told the same of what is not their own: one protocol, and one sight."""

    protocol: int
    sees_everything: bool
    teams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Edition:
    """What the events up to `seq` are to `audience`; without `frames` it cannot be taken as is."""

    audience: Audience
    seq: int
    changes: Sequence[tuple[Subject, Change]]
    states: Sequence[State | None]
    data: bytes
    frames: int

    def is_current(self, renderings: Renderings) -> bool:
        """Whether nothing newer is known by now: nobody may be told the older after the newer."""
        return all(
            renderings.get(subject) is state
            for (subject, _), state in zip(self.changes, self.states, strict=True)
        )

    def to_be_kept(self) -> Self:
        """The same, to be told in the ordinary way."""
        return replace(self, data=b"", frames=0)
