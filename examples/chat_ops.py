"""A chat-ops responder: answers commands, one per line, over the stream that is open anyway.

    show 7 · take 7 · close 7 · view 7 · leave · help

Needs IR_URL and IR_TOKEN, or a login. Run it: python examples/chat_ops.py
It reads standard input; a chat bridge feeds lines in and posts what comes out.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable

from ir_client import EventStream, IRClient, NewAlert, Presence, errors
from ir_client.wire.commands import GetAlertDetails, TakeOwnership, UpdateAlertStatus

HELP = "show N, take N, close N, view N, leave"
Say = Callable[[str], None]


async def respond(client: IRClient, lines: AsyncIterator[str], say: Say) -> None:
    """Answer each line until there are no more, and say meanwhile what happens by itself."""
    async with client.events() as stream, asyncio.TaskGroup() as tasks:
        news = tasks.create_task(tell_news(stream, say))
        async for line in lines:
            say(await answer(stream, line))
        news.cancel()


async def tell_news(stream: EventStream, say: Say) -> None:
    """Say what nobody asked for: critical alerts, and who looks at what we look at."""
    async for event in stream:
        match event:
            case NewAlert(alert=alert) if alert.severity == "critical":
                say(f"new: {alert.id} {one_line(alert.title)}")
            case Presence(data=now):
                say(f"{now.alert_id}: " + ", ".join(user.username for user in now.users))


async def answer(stream: EventStream, line: str) -> str:
    """What to say to one line; it never raises, so that a bad line ends nothing."""
    word, _, number = line.strip().partition(" ")
    try:
        if word == "leave":
            await stream.view(None)
            return "left"
        return await about(stream, word, int(number))
    except ValueError:
        return HELP
    except errors.CommandRefused as refused:
        return f"no: {refused}"
    except errors.TransportError as error:
        return f"{error}. {error.hint}"


async def about(stream: EventStream, word: str, alert_id: int) -> str:
    """What to say to a command about an alert; ValueError for one that we do not know."""
    match word:
        case "show":
            alert = (await stream.ask(GetAlertDetails(alert_id=alert_id))).data
            return f"{alert.id} {alert.severity} {alert.status}: {one_line(alert.title)}"
        case "take":
            taken = await stream.ask(TakeOwnership(alert_id=alert_id, notes="from the chat"))
            return f"{alert_id} is ours, {taken.data.incident.incident_id}"
        case "close":
            await stream.ask(UpdateAlertStatus(alert_id=alert_id, status="closed"))
            return f"{alert_id} is closed"
        case "view":
            await stream.view(alert_id)
            return f"viewing {alert_id}"
        case _:
            raise ValueError(word)


def one_line(text: str) -> str:
    """Text of an alert, whose author may be an attacker: no line break, no escape sequence."""
    return "".join(one if one.isprintable() else " " for one in text)


async def standard_input() -> AsyncIterator[str]:
    """The lines of standard input, read in a thread: it may be a terminal or a pipe."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line


async def main() -> int:
    exit_code = 0
    try:
        async with IRClient.from_profile() as client:
            await respond(client, standard_input(), print)
    except* errors.IRError as failures:
        exit_code = 1
        for error in failures.exceptions:
            print(error, file=sys.stderr)
    return exit_code


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
