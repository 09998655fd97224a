"""What waits for the connection: sent in order, resting on what came before, lost by nobody."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.decisions import Decision
from ir_console.model.out_queue import OutQueue, queue_entries, queue_words, unsent_words
from ir_console.model.triage import Action
from tests.support.builders import an_alert

TRIAGED = Decision(Action.STATUS, "triaged")
ACTIVE = Decision(Action.STATUS, "investigating")


def test_they_are_sent_in_order_and_the_refused_stay_behind() -> None:
    queue = OutQueue()
    first = queue.add(TRIAGED, an_alert(id=1, revision=1))
    second = queue.add(TRIAGED, an_alert(id=2, revision=1))
    assert queue.next == first
    queue.refuse(first.number, "lee closed it", is_conflict=True)
    assert queue.next == second
    assert not queue.waits(1)
    assert queue_words(queue) == "2 queued, 1 refused"
    queue.try_again()
    assert queue.next == second


def test_what_failed_is_tried_again_where_it_stood() -> None:
    queue = OutQueue()
    first = queue.add(TRIAGED, an_alert(id=1))
    queue.add(TRIAGED, an_alert(id=2))
    queue.refuse(first.number, "the server failed")
    queue.try_again()
    assert queue.next == first


def test_second_action_rests_on_what_the_first_one_made() -> None:
    queue = OutQueue()
    seen = an_alert(id=1, revision=3)
    first = queue.add(TRIAGED, seen)
    queue.add(ACTIVE, seen)
    queue.add(ACTIVE, an_alert(id=2, revision=3))
    queue.done(first.number, an_alert(id=1, revision=4, status="triaged"), 4)
    assert [(one.seen.id, one.seen.revision) for one in queue] == [(1, 4), (2, 3)]


def test_comment_tells_only_its_revision() -> None:
    queue = OutQueue()
    first = queue.add(Decision(Action.COMMENT, text="seen"), an_alert(id=1, revision=3))
    queue.add(TRIAGED, an_alert(id=1, revision=3))
    queue.done(first.number, None, 4)
    assert queue.next is not None
    assert queue.next.seen.revision == 4


def test_same_thing_twice_is_known() -> None:
    queue = OutQueue()
    queue.add(TRIAGED, an_alert(id=1))
    assert queue.has(TRIAGED, 1)
    assert not queue.has(ACTIVE, 1)
    assert not queue.has(TRIAGED, 2)
    queue.add(ACTIVE, an_alert(id=1))
    assert not queue.has(TRIAGED, 1)


def test_lines_and_words_are_safe_to_show() -> None:
    queue = OutQueue()
    evil = "\x1b[2J"
    queue.add(Decision(Action.COMMENT, text=evil), an_alert(id=1, title=evil))
    said = "".join(span.text for one in queue_entries(queue) for span in one.line)
    assert "\x1b" not in said + unsent_words(queue)
    assert unsent_words(queue).startswith("1 action not sent: #1 comment")


@dataclass
class World:
    """A server that takes, refuses or loses; the naive model is a plain list of what is left."""

    queue: OutQueue = field(default_factory=OutQueue)
    waiting: list[tuple[int, int]] = field(default_factory=list)
    refused: list[tuple[int, int]] = field(default_factory=list)

    def step(self, what: str, alert_id: int) -> None:
        if what == "queue":
            queued = self.queue.add(TRIAGED, an_alert(id=alert_id, revision=1))
            self.waiting.append((queued.number, alert_id))
        elif what == "try again":
            self.queue.try_again()
            self.waiting = sorted(self.waiting + self.refused)
            self.refused = []
        elif self.waiting:
            number, alert_id = self.waiting.pop(0)
            queued_next = self.queue.next
            assert queued_next is not None
            assert queued_next.number == number
            if what == "take":
                self.queue.done(number, an_alert(id=alert_id, revision=9), 9)
            elif what == "drop":
                self.queue.drop(number)
            else:
                self.queue.refuse(number, "no")
                self.refused.append((number, alert_id))

    def check(self) -> None:
        left = sorted(self.waiting + self.refused)
        assert [one.number for one in self.queue] == [number for number, _ in left]
        for alert_id in (1, 2):
            waits = any(waiting == alert_id for _, waiting in self.waiting)
            assert self.queue.waits(alert_id) == waits


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("queue", "queue", "take", "refuse", "drop", "try again")),
            st.sampled_from((1, 2)),
        ),
        max_size=30,
    )
)
def test_nothing_leaves_the_queue_but_what_was_taken_or_dropped(
    taken: list[tuple[str, int]],
) -> None:
    world = World()
    for step in taken:
        world.step(*step)
        world.check()
