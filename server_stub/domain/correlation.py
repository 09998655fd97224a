"""Decide which alerts belong together: one rule, one entity, not long after each other."""


def correlation_key(
    *, team: str | None, rule: str | None, host: str | None, user: str | None, address: str | None
) -> str | None:
    """What alerts of one rule about one entity have in common; None if either is not known.

    The host says most about where something happened, then the user, then the address. Alerts of
    two teams never belong together: one must not learn of the other's.
    """
    entities = (("host", host), ("user", user), ("address", address))
    entity = next((f"{kind}:{name.casefold()}" for kind, name in entities if name), None)
    if not rule or entity is None:
        return None
    return "\n".join((team or "", rule, entity))


def correlation_name(first_alert_id: int) -> str:
    """The name of the group that an alert begins."""
    return f"COR-{first_alert_id:06d}"
