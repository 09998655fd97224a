"""Protocol 2 held against every order of things that hypothesis can think of.

Cuts at any frame, trims, rights that change and change back, slow readers, failing reads, answers
between the changes, and every interleaving of a resume and of the client's fetches with the hub's
own reading. Three invariants: in the end each client holds exactly the last
state of every alert that it may see, whether it was told, replayed or had to fetch after a reset;
no frame holds data of an alert that its reader may not see; revisions never go back.
"""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from server_stub.domain.backlog import Backlog, Change, Subject
from server_stub.hub import subscriber as subscriber_module
from tests.support.protocol2_machine import Protocol2

MANY = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestProtocol2 = Protocol2.TestCase
TestProtocol2.settings = MANY


class NewestSeqBacklog(Backlog):
    """The mutant: a frame says the newest change inside it, not the oldest that still waits."""

    def __init__(self, *, max_changes: int, max_answer_bytes: int) -> None:
        super().__init__(max_changes=max_changes, max_answer_bytes=max_answer_bytes)
        self._newest: dict[Subject, int] = {}
        self._taken = 0

    def mark(self, subject: Subject, change: Change) -> bool:
        self._newest[subject] = change.seq
        return super().mark(subject, change)

    def done(self, subject: Subject) -> None:
        self._taken = max(self._taken, self._newest.get(subject, 0))
        super().done(subject)

    def position(self, read_through: int) -> int:
        return self._taken if len(self) else read_through


@pytest.mark.prove
def test_the_seq_of_the_newest_change_in_a_frame_loses_final_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscriber_module, "Backlog", NewestSeqBacklog)
    with pytest.raises(AssertionError, match="a final state was lost"):
        run_state_machine_as_test(
            Protocol2,
            settings=settings(
                MANY,
                max_examples=1_000,
                derandomize=True,
                phases=(Phase.generate,),
                database=None,
            ),
        )
