"""Match the answers on a connection with the commands that were sent on it.

Protocol 2 has a `request_id` for that. In protocol 1 an answer is known by its type and its ids;
an `error` has neither, and belongs to the oldest command that is not answered, because commands
are carried out in their order. After a command that has no answer nobody knows whose an error
is, until something sent later is answered: then no question is called refused. The list of alerts
that a server of protocol 1 sends when it greets may count as an answer: it is as new as one.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from ..errors import CommandRefused, InvalidResponse, IRError
from ..wire.commands import (
    Command,
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
)
from ..wire.events import (
    AlertDetails,
    AlertOwnershipTaken,
    AlertStatusUpdated,
    OwnedIncidents,
    Pong,
    RecentAlerts,
    StreamError,
)
from .events import Event

Answer = (
    AlertDetails | AlertOwnershipTaken | AlertStatusUpdated | OwnedIncidents | Pong | RecentAlerts
)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A command that is answered; `request_id` is None in protocol 1."""

    command: Command
    request_id: str | None
    outcome: "asyncio.Future[Answer]"

    def settle(self, event: Event) -> None:
        """Give what came back to who asked, if they still wait."""
        if self.outcome.done():
            return
        if isinstance(event, StreamError):
            self.outcome.set_exception(CommandRefused(event.data.message))
        elif isinstance(event, Answer) and answers(self.command, event):
            self.outcome.set_result(event)
        else:
            kind = self.command.type
            self.outcome.set_exception(InvalidResponse(f"The answer to {kind} makes no sense"))


class Questions:
    """What was sent on one connection and is not answered, the oldest first.

    None stands for commands that have no answer.
    """

    def __init__(self) -> None:
        self._in_order: deque[Question | None] = deque()

    @property
    def has_any(self) -> bool:
        """Whether something that comes in may be an answer."""
        return bool(self._in_order)

    def ask(self, command: Command, *, request_id: str | None) -> Question:
        """Note a question that is about to be sent."""
        outcome = asyncio.get_running_loop().create_future()
        question = Question(command, request_id, outcome)
        self._in_order.append(question)
        return question

    def note_unanswered(self) -> None:
        """Note that a command is about to be sent that has no answer of its own."""
        if not self._in_order or self._in_order[-1] is not None:
            self._in_order.append(None)

    def heard(self, event: Event, request_id: str | None) -> None:
        """Settle the question that `event` answers, if it answers one."""
        question = self._question_of(event, request_id)
        if question is not None:
            self._forget_before(question)
            self._in_order.remove(question)
            question.settle(event)

    def fail(self, error: IRError) -> None:
        """The connection is gone: nothing that was asked on it will be answered."""
        waiting, self._in_order = self._in_order, deque()
        for question in waiting:
            if question is not None and not question.outcome.done():
                question.outcome.set_exception(error)

    def _question_of(self, event: Event, request_id: str | None) -> Question | None:
        questions = [question for question in self._in_order if question is not None]
        if request_id is not None:
            return next((one for one in questions if one.request_id == request_id), None)
        by_type = [one for one in questions if one.request_id is None]
        if isinstance(event, StreamError):
            return self._in_order[0] if by_type else None
        return next((one for one in by_type if answers(one.command, event)), None)

    def _forget_before(self, question: Question) -> None:
        """All that was sent before has been carried out; who still waits may be answered yet."""
        before = self._in_order.index(question)
        kept = [
            one
            for one in list(self._in_order)[:before]
            if one is not None and not one.outcome.done()
        ]
        self._in_order = deque([*kept, *list(self._in_order)[before:]])


def answers(command: Command, event: Event) -> bool:
    """Whether `event` is what `command` asks for, by its type and its ids."""
    match command, event:
        case (
            (Ping(), Pong())
            | (GetOwnedIncidents(), OwnedIncidents())
            | (GetRecentAlerts(), RecentAlerts())
        ):
            return True
        case GetAlertDetails(), AlertDetails():
            return event.data.id == command.alert_id
        case TakeOwnership(), AlertOwnershipTaken():
            return event.data.alert_id == command.alert_id
        case UpdateAlertStatus(), AlertStatusUpdated():
            return (event.data.alert_id, event.data.status) == (command.alert_id, command.status)
        case _:
            return False
