"""Read the present states of what waits to be told, as many at once as memory allows.

An alert may take a megabyte, and most take two kilobytes: what was read last says how many to
read next, so that a replay of thousands is not thousands of small reads. Holds nothing.
"""

from collections.abc import Collection

from server_stub.domain.backlog import Subject, Topic
from server_stub.hub.source import Source
from server_stub.hub.states import State

# States of a megabyte each are held beside the shared renderings until they are told: at worst
# this many at once, where large ones follow small ones.
MOST_AT_ONCE = 200
FEWEST_AT_ONCE = 50
_BYTES_AT_ONCE = 1024 * 1024


async def read_states(source: Source, subjects: Collection[Subject]) -> dict[Subject, State]:
    """The present state of each subject that is there."""
    alert_ids = {subject.id for subject in subjects if subject.topic is Topic.ALERT}
    incident_ids = {subject.id for subject in subjects if subject.topic is Topic.INCIDENT}
    states: list[State] = []
    if alert_ids:
        states += await source.alerts(alert_ids)
    if incident_ids:
        states += await source.incidents(incident_ids)
    return {state.subject: state for state in states}


def fitting_count(states: Collection[State]) -> int:
    """How many to read at once, if they are as large as these."""
    size = sum(len(state.data) for state in states)
    fitting = _BYTES_AT_ONCE * len(states) // max(1, size)
    return max(FEWEST_AT_ONCE, min(fitting, MOST_AT_ONCE))
