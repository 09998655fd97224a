"""What a server can do is asked once."""

import httpx
import pytest

from ir_client import errors
from ir_client.rest.meta import PLAIN_SERVER, Features, Meta
from tests.ir_client.rest.support import a_transport


async def test_it_is_asked_once_until_it_is_to_be_asked_again() -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"features": ["cursor"]})

    async with a_transport(handle) as transport:
        meta = Meta(transport)
        assert (await meta.fetch()).features == ("cursor",)
        await meta.fetch()
        assert len(asked) == 1
        meta.forget()
        await meta.fetch()
        assert len(asked) == 2


@pytest.mark.parametrize("status", [404, 405, 401, 403])
async def test_a_server_without_the_answer_is_plain(status: int) -> None:
    async with a_transport(lambda request: httpx.Response(status)) as transport:
        assert await Meta(transport).fetch() == PLAIN_SERVER
        assert PLAIN_SERVER.features == ()


async def test_a_proxy_that_answers_for_a_restarting_server_is_not_remembered() -> None:
    answers = iter([httpx.Response(404), httpx.Response(200, json={"features": ["cursor"]})])
    async with a_transport(lambda request: next(answers)) as transport:
        meta = Meta(transport)
        assert await meta.fetch() == PLAIN_SERVER
        assert (await meta.fetch()).features == ("cursor",)


async def test_a_server_that_fails_for_the_moment_is_not_taken_for_plain() -> None:
    async with a_transport(lambda request: httpx.Response(503)) as transport:
        with pytest.raises(errors.ServerError):
            await Meta(transport).fetch(max_attempts=1)


async def test_a_page_of_something_else_is_no_server_of_ours() -> None:
    async with a_transport(lambda request: httpx.Response(200, text="<html>")) as transport:
        with pytest.raises(errors.InvalidResponse):
            await Meta(transport).fetch()


async def test_what_was_forgotten_is_asked_for_at_once() -> None:
    told = ["cursor", "timeline"]

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"features": told})

    async with a_transport(handle) as transport:
        meta = Meta(transport)
        features = Features(meta, tasks=transport._tasks)
        assert await features.has("timeline")
        assert not await features.lacks("timeline")
        meta.forget()
        told.remove("timeline")
        assert await features.lacks("timeline")
        assert not await features.has("timeline")
        assert await features.has("cursor")


@pytest.mark.looptime
async def test_a_server_that_cannot_say_is_not_said_to_lack_anything() -> None:
    async with a_transport(lambda request: httpx.Response(503)) as transport:
        features = Features(Meta(transport), tasks=transport._tasks)
        assert not await features.lacks("timeline")
        assert not await features.has("timeline")


@pytest.mark.parametrize("answer", [(404, ""), (401, "{}"), (200, "<html>"), (301, "")])
async def test_a_plain_server_lacks_everything(answer: tuple[int, str]) -> None:
    status, text = answer
    async with a_transport(lambda request: httpx.Response(status, text=text)) as transport:
        features = Features(Meta(transport), tasks=transport._tasks)
        assert await features.lacks("timeline")
        assert not await features.has("timeline")
