"""For how long: the times that menus offer, reckoned on the analyst's own clock."""

from datetime import datetime, time, timedelta

_MORNING = time(9)

MUTE_SPANS = {"30m": "for 30 minutes", "4h": "for 4 hours", "tomorrow": "until tomorrow 9:00"}
REMINDER_SPANS = {"30m": "in 30 minutes", "2h": "in 2 hours", "tomorrow": "tomorrow 9:00"}

_LENGTHS = {
    "30m": timedelta(minutes=30),
    "2h": timedelta(hours=2),
    "4h": timedelta(hours=4),
}


def end_of(span: str, now: datetime) -> datetime:
    """When a span is over that begins now; `now` is in the zone in which tomorrow is meant."""
    length = _LENGTHS.get(span)
    if length is not None:
        return now + length
    tomorrow = now.date() + timedelta(days=1)
    return datetime.combine(tomorrow, _MORNING, tzinfo=now.tzinfo)


def clock_time(moment: datetime, now: datetime) -> str:
    """A time of day for people, with the day when it is not today; in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    day = {0: "", 1: "tomorrow "}.get(days, f"{local:%Y-%m-%d} ")
    return f"{day}{local:%H:%M}"
