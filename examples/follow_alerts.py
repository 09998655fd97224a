"""Follow a server's alerts and take the critical ones. Needs IR_URL and IR_TOKEN, or a login.

Run it: python examples/follow_alerts.py [how many alerts to wait for]
"""

import asyncio
import sys

from ir_client import AlertUpdated, IRClient, NewAlert, Resumed, StateChanged, errors


async def follow(client: IRClient, *, limit: int) -> list[str]:
    """One line for each event, until `limit` new alerts have come."""
    lines: list[str] = []
    new_alerts = 0
    async with client.events() as stream:
        async for event in stream:
            match event:
                case NewAlert(alert=alert):
                    lines.append(f"new {alert.severity}: {one_line(alert.title)}")
                    new_alerts += 1
                    if alert.severity == "critical":
                        lines.append(await take(client, alert.id))
                case AlertUpdated(alert=alert):
                    lines.append(f"{alert.id} is {alert.status}")
                case Resumed(recovered=count, complete=complete):
                    lines.append(
                        f"caught up after {count}" + ("" if complete else ", perhaps not all")
                    )
                case StateChanged(new=state, status=status):
                    lines.append(f"stream {state.value} {status.reason}".rstrip())
            if new_alerts >= limit:
                break
    return lines


def one_line(text: str) -> str:
    """Text of an alert, whose author may be an attacker: no line break, no escape sequence."""
    return "".join(one if one.isprintable() else " " for one in text)


async def take(client: IRClient, alert_id: int) -> str:
    """Make an alert ours, unless someone was faster."""
    try:
        owned = await client.alerts.take(alert_id)
    except errors.ConflictError as error:
        return f"{alert_id}: {error}"
    return f"{alert_id} is ours, incident {owned.incident.incident_id}"


async def main() -> None:
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    try:
        async with IRClient.from_profile() as client:
            print(*await follow(client, limit=limit), sep="\n")
    except errors.IRError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main())
