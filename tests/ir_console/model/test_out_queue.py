"""What waits for the connection: sent in order, resting on what came before, lost by nobody."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.bulk import ItemResult, unanswered
from ir_console.model.decisions import Decision
from ir_console.model.escalation import Joining
from ir_console.model.out_queue import OutQueue, queue_entries, queue_words, unsent_words
from ir_console.model.queued import UNREACHABLE, Queued, QueuedMany
from ir_console.model.spans import Line
from ir_console.model.triage import Action
from ir_console.model.undo import Before
from tests.support.builders import an_alert

TRIAGED = Decision(Action.STATUS, "triaged")
ACTIVE = Decision(Action.STATUS, "investigating")


def as_text(line: Line) -> str:
    return "".join(span.text for span in line)


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
    assert [(one.seen.id, one.seen.revision) for one in queue if isinstance(one, Queued)] == [
        (1, 4),
        (2, 3),
    ]


def test_comment_tells_only_its_revision() -> None:
    queue = OutQueue()
    first = queue.add(Decision(Action.COMMENT, text="seen"), an_alert(id=1, revision=3))
    queue.add(TRIAGED, an_alert(id=1, revision=3))
    queue.done(first.number, None, 4)
    assert isinstance(queue.next, Queued)
    assert queue.next.seen.revision == 4


def test_same_thing_twice_is_known() -> None:
    queue = OutQueue()
    queue.add(TRIAGED, an_alert(id=1))
    assert queue.has(TRIAGED, 1)
    assert not queue.has(ACTIVE, 1)
    assert not queue.has(TRIAGED, 2)
    queue.add(ACTIVE, an_alert(id=1))
    assert not queue.has(TRIAGED, 1)


def before(*alert_ids: int, revision: int = 1) -> dict[int, Before]:
    return {one: Before.of(an_alert(id=one, revision=revision)) for one in alert_ids}


def told(queue: OutQueue, number: int) -> dict[int, str]:
    one = queue.get(number)
    assert isinstance(one, QueuedMany)
    return {result.alert_id: result.status for result in one.told()}


def test_many_are_one_action_that_keeps_what_is_refused() -> None:
    queue = OutQueue()
    many = queue.add_many(TRIAGED, before(1, 2, 3, 4))
    assert queue_words(queue) == "1 queued (4 alerts)"
    assert queue.has_many(TRIAGED, before(4, 3, 2, 1))
    assert not queue.has_many(TRIAGED, before(1, 2))
    results = [
        ItemResult(1, "updated", revision=2),
        *unanswered([2], "changed_since"),
        *unanswered([3], "forbidden"),
        *unanswered([4], "not_tried"),
    ]
    queue.done_many(many.number, results, {"status": "triaged"})
    assert queue.next is None
    assert not any(map(queue.waits, range(5)))
    (line,) = [as_text(entry.line) for entry in queue_entries(queue)]
    assert line.startswith("✗ 4 alerts: status → Triaged  1 changed by someone else meanwhile · 1")
    queue.try_again()
    # The conflict waits for a decision.
    assert [one for one in range(1, 5) if queue.waits(one)] == [3, 4]
    queue.done_many(many.number, [ItemResult(3, "updated"), ItemResult(4, "unchanged")], {})
    assert told(queue, many.number)[2] == "changed_since"
    queue.settle(2)
    assert not len(queue)


def test_what_the_server_never_got_waits_and_the_rest_is_not_sent_again() -> None:
    queue = OutQueue()
    many = queue.add_many(TRIAGED, before(1, 2, 3))
    results = [ItemResult(1, "updated", revision=2), *unanswered([2], UNREACHABLE, "gone")]
    queue.done_many(many.number, [*results, *unanswered([3], "not_tried")], {})
    queued = queue.next
    assert isinstance(queued, QueuedMany)
    assert queued.to_send.keys() == {2, 3}
    assert told(queue, many.number) == {1: "updated", 2: "waits", 3: "waits"}
    assert (queue.waits(1), queue.waits(2)) == (False, True)


def test_one_and_many_rest_on_what_came_before_them() -> None:
    queue = OutQueue()
    first = queue.add(TRIAGED, an_alert(id=1, revision=3))
    many = queue.add_many(ACTIVE, before(1, 2, revision=3))
    last = queue.add(TRIAGED, an_alert(id=2, revision=3, status="new"))
    queue.done(first.number, an_alert(id=1, revision=4, status="triaged"), 4)
    rested = queue.get(many.number)
    assert isinstance(rested, QueuedMany)
    assert [(one.revision, one.values["status"]) for one in rested.before.values()] == [
        (4, "triaged"),
        (3, "new"),
    ]
    results = [ItemResult(1, "updated", revision=5), ItemResult(2, "updated", revision=4)]
    queue.done_many(many.number, results, {"status": "investigating"})
    (left,) = queue
    assert isinstance(left, Queued)
    assert (left.number, left.seen.revision, left.seen.status) == (last.number, 4, "investigating")


def test_alerts_wait_for_an_incident_once_and_join_the_one_that_was_made() -> None:
    queue = OutQueue()
    many = queue.add_many(Joining(title="Beacons\x1b[2J"), before(1, 2))
    assert queue.joining == {1, 2}
    assert many.words == "2 alerts: in a new incident “Beacons␛[2J”"
    queue.rename(many.number, Joining("INC-7"))
    queue.done_many(many.number, [ItemResult(1, "updated"), *unanswered([2], "failed", "no")], {})
    assert not queue.joining
    assert unsent_words(queue) == "1 action not sent: 2 alerts: in INC-7"
    assert queue_words(queue) == "1 queued (2 alerts), 1 refused"


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


ENDS = ("updated", "unchanged", "changed_since", "forbidden", "failed", "not_tried", UNREACHABLE)


@given(st.lists(st.lists(st.sampled_from(ENDS), min_size=5, max_size=5), max_size=6))
def test_each_of_many_is_sent_until_it_is_done_or_to_be_decided_about(
    answers: list[list[str]],
) -> None:
    queue = OutQueue()
    number = queue.add_many(TRIAGED, before(1, 2, 3, 4, 5)).number
    settled: dict[int, str] = {}
    for ends in answers:
        queue.try_again()
        queued = queue.get(number)
        if not isinstance(queued, QueuedMany):
            break
        assert queued.to_send.keys() == {1, 2, 3, 4, 5} - settled.keys()
        results = [ItemResult(one, ends[one - 1], "why") for one in queued.to_send]
        queue.done_many(number, results, {})
        final = ("updated", "unchanged", "changed_since")
        settled |= {one.alert_id: one.status for one in results if one.status in final}
    is_over = len(settled) == 5 and "changed_since" not in settled.values()
    assert (queue.get(number) is None) == is_over
    if not is_over:
        assert {one: end for one, end in told(queue, number).items() if one in settled} == settled
