"""Tickets for the stream as they are kept: a hash, whose login it stands for, and until when."""

from sqlalchemy import Connection, delete, insert

from server_stub.storage.schema import stream_tickets


def add_ticket(
    connection: Connection,
    ticket_hash: str,
    *,
    login_kind: str,
    login_id: str,
    now: str,
    expires_at: str,
) -> None:
    """Keep a ticket; those that nobody used in time leave."""
    connection.execute(delete(stream_tickets).where(stream_tickets.c.expires_at <= now))
    connection.execute(
        insert(stream_tickets).values(
            ticket_hash=ticket_hash,
            login_kind=login_kind,
            login_id=login_id,
            expires_at=expires_at,
        )
    )


def take_ticket(connection: Connection, ticket_hash: str, *, now: str) -> tuple[str, str] | None:
    """Whose login a ticket stands for, as (kind, id). It is gone then, and so for everyone else."""
    row = connection.execute(
        delete(stream_tickets)
        .where(stream_tickets.c.ticket_hash == ticket_hash)
        .returning(stream_tickets)
    ).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    return row.login_kind, row.login_id
