"""The three invariants of protocol 2, against the real server over real sockets.

The final state of every alert reaches everyone who may see it, or they are told to fetch; nobody is
told of what they may not see; revisions never go back. The pure model is in tests/server_stub/hub.
"""

from pathlib import Path

import pytest

from server_stub.hub import subscriber as subscriber_module
from tests.server_stub.hub.test_protocol2_model import NewestSeqBacklog
from tests.support.protocol2_world import a_world


async def test_whatever_goes_wrong_every_book_is_the_truth(tmp_path: Path) -> None:
    async with a_world(tmp_path, seed=1) as world:
        await world.run(rounds=3)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 12))
async def test_whatever_goes_wrong_for_long_every_book_is_the_truth(
    tmp_path: Path, seed: int
) -> None:
    async with a_world(tmp_path, seed=seed, readers=5) as world:
        await world.run(rounds=15)


@pytest.mark.prove
async def test_the_seq_of_the_newest_change_in_a_frame_loses_final_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # About every second of these lives finds it: what is cut when is up to the sockets.
    monkeypatch.setattr(subscriber_module, "Backlog", NewestSeqBacklog)
    found: str | None = None
    for seed in range(30):
        directory = tmp_path / str(seed)
        directory.mkdir()
        async with a_world(directory, seed=seed) as world:
            try:
                await world.run(rounds=4)
            except AssertionError as error:
                found = str(error)
                break
    assert found is not None, "the mutant lost nothing in 30 lives"
    assert "a final state was lost" in found
