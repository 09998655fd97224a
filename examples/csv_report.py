"""Write a server's alerts as CSV, for a spreadsheet. Needs IR_URL and IR_TOKEN, or a login.

Run it: python examples/csv_report.py [hours back, 24 unless told] > report.csv
"""

import csv
import sys
from datetime import UTC, datetime, timedelta
from typing import TextIO

from ir_client import Alert, SyncIRClient, errors

COLUMNS = (
    *("id", "received_at", "severity", "status", "title", "source", "affected_hostname"),
    *("assigned_analyst", "time_to_first_response", "incident_id"),
)


def write_report(client: SyncIRClient, out: TextIO, *, since: datetime) -> int:
    """Write the alerts received since then, the oldest first; how many they are."""
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    count = 0
    for alert in client.alerts.list(received_after=since, sort_order="asc"):
        writer.writerow([harmless(value) for value in row(alert)])
        count += 1
    return count


def row(alert: Alert) -> list[object]:
    """The columns of an alert; minutes are rounded."""
    values = {name: getattr(alert, name) for name in COLUMNS}
    values["received_at"] = alert.received_at.isoformat(timespec="seconds")
    if alert.assigned_analyst is not None:
        values["assigned_analyst"] = alert.assigned_analyst.username
    if alert.time_to_first_response is not None:
        values["time_to_first_response"] = round(alert.time_to_first_response)
    return ["" if value is None else value for value in values.values()]


def harmless(value: object) -> object:
    """Text that no spreadsheet takes for a formula: who is detected chooses titles and names."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def main(arguments: list[str]) -> int:
    hours = float(arguments[0]) if arguments else 24.0
    since = datetime.now(UTC) - timedelta(hours=hours)  # noqa: TID251 - a program has a clock
    try:
        with SyncIRClient.from_profile() as client:
            count = write_report(client, sys.stdout, since=since)
    except errors.IRError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    print(f"{count} alerts", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
