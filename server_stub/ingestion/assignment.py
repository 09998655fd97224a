"""Decide who of a team gets the next alert: its analysts in turn. A part of its transaction.

Whose turn it was is kept with the assignment, so a server that starts again goes on. Alerts of no
team are nobody's turn.
"""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from server_stub.storage.schema import assignment_turns, users

_IN_TURN = ("analyst", "senior_analyst")


class Rota:
    """The turns of all teams, as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._members: dict[str, list[int]] | None = None
        self._last: dict[str, int] = {}
        self._moved: set[str] = set()

    def next_of(self, team: str | None) -> int | None:
        """Whose turn it is; None for no team, or one without active analysts."""
        if team is None:
            return None
        if self._members is None:
            self._members = self._read()
        members = self._members.get(team)
        if not members:
            return None
        last = self._last.get(team, 0)
        chosen = next((one for one in members if one > last), members[0])
        self._last[team] = chosen
        self._moved.add(team)
        return chosen

    def remember(self) -> None:
        """Keep whose turn it was."""
        for team in sorted(self._moved):
            turn = insert(assignment_turns).values(team=team, user_id=self._last[team])
            self._connection.execute(
                turn.on_conflict_do_update(
                    index_elements=["team"], set_={"user_id": turn.excluded.user_id}
                )
            )

    def _read(self) -> dict[str, list[int]]:
        self._last = {
            row.team: row.user_id for row in self._connection.execute(select(assignment_turns))
        }
        statement = (
            select(users.c.id, users.c.teams)
            .where(users.c.is_active.is_(True), users.c.role.in_(_IN_TURN))
            .order_by(users.c.id)
        )
        members: dict[str, list[int]] = {}
        for user_id, teams in self._connection.execute(statement):
            for team in teams:
                members.setdefault(team, []).append(user_id)
        return members
