"""Random lives with every fault there is: each alert ends in its final state, or one is told.

3,000 lives against a plain server, as many as the resume algorithm was measured with, and some in
each of our own protocols. See tests/support/fault_life.py.
"""

import asyncio

import pytest

from tests.support.fault_life import FaultLife, Kind

pytestmark = pytest.mark.looptime

LIVES_A_TEST = 25


async def live_and_look(kind: Kind, first: int) -> None:
    truths = 0
    for seed in range(first, first + LIVES_A_TEST):
        life = FaultLife(kind, seed)
        before = asyncio.all_tasks()
        await life.live()
        assert asyncio.all_tasks() == before, f"tasks are left of life {seed}"
        what = f"life {seed}, {life.log}: {life.read} is not {life.server.alerts}"
        assert life.holds_the_truth or life.was_told_of_a_gap, what
        truths += life.holds_the_truth
    assert truths > LIVES_A_TEST * 0.6, "a stream that always says `incomplete` is of no use"


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        *[("plain", first) for first in range(0, 100, LIVES_A_TEST)],
        ("protocol 1", 0),
        ("protocol 2", 0),
        ("protocol 2", LIVES_A_TEST),
    ],
)
async def test_a_life_of_faults_ends_with_the_truth_or_with_a_warning(
    kind: Kind, first: int
) -> None:
    await live_and_look(kind, first)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(100, 3_000, LIVES_A_TEST))
async def test_three_thousand_lives_with_a_plain_server(first: int) -> None:
    await live_and_look("plain", first)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["protocol 1", "protocol 2"])
@pytest.mark.parametrize("first", range(100, 1_000, LIVES_A_TEST))
async def test_a_thousand_lives_in_each_of_our_protocols(kind: Kind, first: int) -> None:
    await live_and_look(kind, first)
