"""The loop that the sync clients share: when it lives, and what it refuses."""

import asyncio
import threading

import pytest

from ir_client import errors
from ir_client.sync.background import Background, acquired, released


async def answer() -> int:
    return 42


async def own_error() -> None:
    raise TimeoutError("my own")


def test_it_lives_from_its_first_user_to_its_last() -> None:
    first = acquired()
    second = acquired()
    assert first is second
    released(first)
    assert second.run(answer) == 42
    released(second)
    with pytest.raises(errors.ClientClosedError):
        second.run(answer)
    another = acquired()
    assert another is not first
    released(another)


def test_an_error_of_the_work_is_raised_as_it_is() -> None:
    background = acquired()
    with pytest.raises(TimeoutError, match="my own"):
        background.run(own_error)
    released(background)


def test_work_that_is_cancelled_in_the_loop_says_that_it_was() -> None:
    async def cancel_myself() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(60)

    background = acquired()
    with pytest.raises(errors.ClientClosedError, match="cancelled"):
        background.run(cancel_myself)
    released(background)


def test_it_ends_after_what_was_asked_before() -> None:
    background = Background()
    begun, answers = threading.Event(), []

    async def slow() -> int:
        begun.set()
        await asyncio.sleep(0.05)
        return 42

    asking = threading.Thread(target=lambda: answers.append(background.run(slow)))
    asking.start()
    begun.wait()
    background.stop()
    asking.join()
    assert answers == [42]
