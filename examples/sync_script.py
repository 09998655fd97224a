"""Close old noise: alerts of severity `info` that nobody has touched for so many days.

A script without an event loop, for a nightly job. It shows what it would do, and does it with
`--really`. Needs IR_URL and IR_TOKEN, or a login.

Run it: python examples/sync_script.py DAYS [--really]
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ir_client import Alert, AlertUpdate, RetryPolicy, SyncIRClient, errors

REASON = AlertUpdate(status="closed", analyst_comments="Closed by the nightly clean-up")


def noise(client: SyncIRClient, before: datetime) -> list[Alert]:
    """The new alerts of severity info that came before then."""
    return list(client.alerts.list(severity="info", status="new", received_before=before))


def close(client: SyncIRClient, alerts: list[Alert]) -> Iterator[str]:
    """Close them one by one, but for those that a person has changed since they were listed."""
    # Nobody waits for a nightly job, and the server may be restarting.
    patient = client.with_options(timeout_seconds=60, retry=RetryPolicy(max_attempts=6))
    for alert in alerts:
        try:
            patient.alerts.update(alert.id, REASON, if_revision=alert.revision)
        except errors.ChangedSince:
            yield f"{alert.id} was changed meanwhile and stays"
        except errors.NotFound:
            yield f"{alert.id} is gone"
        else:
            yield f"{alert.id} is closed"


def main(arguments: list[str]) -> int:
    days = next((float(one) for one in arguments if one != "--really"), None)
    if days is None:
        print(__doc__, file=sys.stderr)
        return 2
    before = datetime.now(UTC) - timedelta(days=days)  # noqa: TID251 - a program has a clock
    try:
        with SyncIRClient.from_profile() as client:
            found = noise(client, before)
            if "--really" in arguments:
                for line in close(client, found):
                    print(line)
            print(f"{len(found)} alerts of severity info from before {before:%Y-%m-%d}")
    except errors.IRError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
