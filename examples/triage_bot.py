"""A triage bot: closes the noise of our own scanner, takes what is critical, tells how it is doing.

Needs IR_URL and IR_TOKEN, or a login. Run it: python examples/triage_bot.py
Ctrl-C or SIGTERM lets it finish what it has begun.
"""

import asyncio
import sys

from ir_client import (
    AlertUpdate,
    Dispatcher,
    IRClient,
    NewAlert,
    Resumed,
    StateChanged,
    errors,
)

OUR_SCANNER = "scanner"


def is_noise(event: NewAlert) -> bool:
    return event.alert.source == OUR_SCANNER and event.alert.severity in ("info", "low")


def is_critical(event: NewAlert) -> bool:
    return event.alert.severity == "critical"


def triage_bot(client: IRClient, *, log: list[str] | None = None) -> Dispatcher:
    """A dispatcher with the handlers of the bot; what it does is printed, or put into `log`."""
    bot = client.dispatcher(concurrency=4)

    def say(line: str) -> None:
        print(line) if log is None else log.append(line)

    @bot.on(NewAlert, where=is_noise)
    async def close_noise(event: NewAlert) -> None:
        alert = event.alert
        update = AlertUpdate(status="closed", analyst_comments="A scan of ours")
        try:
            await client.alerts.update(alert.id, update, if_revision=alert.revision)
        except errors.ChangedSince:
            say(f"{alert.id}: a person was faster, left alone")
        else:
            say(f"{alert.id}: noise, closed")

    @bot.on(NewAlert, where=is_critical)
    async def take(event: NewAlert) -> None:
        try:
            owned = await client.alerts.take(event.alert.id, "Taken by the triage bot")
        except errors.ConflictError:
            say(f"{event.alert.id}: somebody has it")
        else:
            say(f"{event.alert.id}: taken, {owned.incident.incident_id}")

    @bot.on(Resumed)
    def caught_up(event: Resumed) -> None:
        say(f"caught up after {event.recovered}" + ("" if event.complete else ", perhaps not all"))

    @bot.on_state
    def state(change: StateChanged) -> None:
        say(f"stream {change.new.value} {change.status.reason}".rstrip())

    return bot


async def main() -> int:
    try:
        async with IRClient.from_profile() as client:
            await triage_bot(client).run(drain_seconds=15, handle_signals=True)
    except errors.DrainTimeout as error:
        print(f"{len(error.unfinished)} alerts were left", file=sys.stderr)
        return 1
    except errors.IRError as error:
        print(f"{error}\n{error.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
