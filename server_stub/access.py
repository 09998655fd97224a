"""Decide who sees what. The one rule; storage says the same in SQL, and a test holds them equal.

Managers and admins see everything. Others see alerts without a team, of their teams, or assigned
to them; and incidents that they own, are assigned, or that hold an alert they see. An endpoint
token is like an analyst of its one team. What one may not see does not exist for one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from ir_client.wire.values import role_at_least

AlertSight = tuple[str | None, int | None]
"""What decides who sees an alert: (team, assigned_analyst_id)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone who looks: a user, or an endpoint token that may read.

    `sight_changes` is how often what they see became another selection of alerts.
    """

    kind: Literal["user", "token"]
    role: str = "analyst"
    teams: frozenset[str] = frozenset()
    user_id: int | None = None
    token_id: int | None = None
    name: str = ""
    sight_changes: int = 0

    @property
    def sees_everything(self) -> bool:
        return self.kind == "user" and role_at_least(self.role, "manager")


def sees_alert(viewer: Viewer, *, team: str | None, assigned_analyst_id: int | None) -> bool:
    """Whether an alert of `team`, assigned to `assigned_analyst_id`, exists for `viewer`."""
    if team is None or team in viewer.teams or viewer.sees_everything:
        return True
    return viewer.user_id is not None and assigned_analyst_id == viewer.user_id


def sight_key(viewer: Viewer) -> str:
    """A short name of which alerts `viewer` may see, and since which change of that.

    A position in the log is worth something only to who has seen the same ever since it was taken:
    rights that were lost and given back are other rights. See decisions/0015.
    """
    name = "all"
    if not viewer.sees_everything:
        sight = repr((viewer.kind, viewer.user_id, sorted(viewer.teams)))
        name = sha256(sight.encode()).hexdigest()[:12]
    # Before the first change as it was before changes were counted: old positions hold.
    return f"{name}-{viewer.sight_changes}" if viewer.sight_changes else name


def sees_incident(
    viewer: Viewer,
    *,
    owner_id: int | None,
    assigned_analyst_id: int | None,
    alerts: Iterable[AlertSight],
) -> bool:
    """Whether an incident with these people, holding these alerts, exists for `viewer`."""
    if viewer.sees_everything:
        return True
    if viewer.user_id is not None and viewer.user_id in (owner_id, assigned_analyst_id):
        return True
    return any(
        sees_alert(viewer, team=team, assigned_analyst_id=analyst) for team, analyst in alerts
    )
