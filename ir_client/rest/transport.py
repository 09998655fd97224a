"""Send requests and bring back their answers, or errors of our tree.

httpx 0.28 loses a connection of its pool for ever when a request is cancelled, so each request
runs in a task that the transport's owner holds, shielded from its caller and bounded by httpx's
timeouts; a cancelled caller leaves it to end alone. A gate in front of the pool, which may be
cancelled safely, keeps the number of requests below the pool's size.
"""

import asyncio
import copy
import logging
import random
import ssl
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Protocol, Self, TypeVar

import httpx
from pydantic import SecretStr

from ..errors import (
    AuthenticationError,
    ClientClosedError,
    InvalidResponse,
    IRError,
    MissingFeature,
    RequestTimeout,
)
from .call import Call, content_of, headers_of, params_of
from .failures import Answer, retry_after, status_error, transport_error
from .network import Network
from .retry import Failure, RetryBudget, RetryPolicy, delay_before_retry

logger = logging.getLogger("ir_client.rest")

BASE_PATH = "/api/v1"
CONNECT_SECONDS = 10.0
MAX_REQUESTS = 50
MAX_ANSWER_BYTES = 128 * 2**20
KEY_HEADER = "Idempotency-Key"
KEY_FEATURE = "idempotency_key"

R = TypeVar("R")


class TokenSource(Protocol):
    """Who knows the access token."""

    async def token(self) -> SecretStr: ...
    async def renewed(self, rejected: SecretStr) -> SecretStr: ...


class FeatureSource(Protocol):
    """Who knows what the server can do."""

    async def has(self, name: str) -> bool: ...
    async def lacks(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Outcome:
    answer: Answer | None = None
    error: IRError | None = None
    never_sent: bool = False
    retry_after: float | None = None


def _trusting_nobody() -> ssl.SSLContext:
    """For addresses without TLS: reading the CA certificates takes longer than a first call."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Transport:
    """The way to one server's REST interface."""

    def __init__(
        self,
        network: Network,
        *,
        tasks: asyncio.TaskGroup,
        timeout_seconds: float = 15.0,
        policy: RetryPolicy | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        handler: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.network = network
        self._tasks = tasks
        self._timeout_seconds = timeout_seconds
        self._asked_seconds: float | None = None
        self._policy = policy or RetryPolicy()
        self._uniform = uniform
        self._budget = RetryBudget(self._policy.budget)
        self._gate = asyncio.Semaphore(MAX_REQUESTS)
        self._running: set[asyncio.Task[_Outcome]] = set()
        self._http = httpx.AsyncClient(
            base_url=f"{network.url}{BASE_PATH}",
            verify=network.tls or _trusting_nobody(),
            proxy=network.proxy,
            trust_env=False,
            transport=handler,
            limits=httpx.Limits(max_connections=MAX_REQUESTS, max_keepalive_connections=20),
            headers={"User-Agent": f"ir-client/{version('ir-console')}"},
        )
        self.tokens: TokenSource | None = None
        self.features: FeatureSource | None = None

    def with_options(
        self, *, timeout_seconds: float | None = None, policy: RetryPolicy | None = None
    ) -> Self:
        """The same way to the same server, with more or less patience."""
        other = copy.copy(self)
        other._asked_seconds = timeout_seconds or self._asked_seconds
        other._policy = policy or self._policy
        return other

    async def aclose(self) -> None:
        """End what still runs; the pool goes with it, so nothing is lost by cancelling now."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._http.aclose()

    def start(self, work: Coroutine[Any, Any, R]) -> "asyncio.Task[R]":
        """Begin work in a task of the client; it must not raise, which would end all others."""
        return self._tasks.create_task(work)

    async def send(self, call: Call) -> Answer:
        """The successful answer to a call, after renewal of the token and retries."""
        await self._check_features(call)
        call = await self._with_key(call)
        if call.is_open or self.tokens is None:
            return await self._with_retries(call, None)
        token = await self.tokens.token()
        try:
            return await self._with_retries(call, token)
        except AuthenticationError:
            token = await self.tokens.renewed(token)
        return await self._with_retries(call, token)

    async def lacks(self, feature: str) -> bool:
        """Whether the server has said that it is without this."""
        return self.features is not None and await self.features.lacks(feature)

    async def _check_features(self, call: Call) -> None:
        if call.needs is not None and await self.lacks(call.needs):
            raise MissingFeature(
                f"{self.network.url} does not offer {call.needs}, which this call needs",
                feature=call.needs,
            )

    async def _with_key(self, call: Call) -> Call:
        """The call with its key, the same for all attempts, where the server knows keys."""
        if call.is_open or self.features is None or (call.may_be_repeated and call.key is None):
            return call
        if not await self.features.has(KEY_FEATURE):
            return call
        headers = {**call.headers, KEY_HEADER: call.key or uuid.uuid4().hex}
        return replace(call, headers=headers, idempotent=True)

    async def _with_retries(self, call: Call, token: SecretStr | None) -> Answer:
        attempt = 1
        while True:
            outcome = await self._attempt(call, token)
            if outcome.answer is not None:
                self._budget.succeeded()
                return outcome.answer
            assert outcome.error is not None
            delay = self._delay(call, outcome, attempt)
            if delay is None or not self._budget.take(asyncio.get_running_loop().time()):
                raise outcome.error
            logger.info(
                "%s %s failed (%s), again in %.1f s",
                call.method,
                call.path,
                type(outcome.error).__name__,
                delay,
            )
            await asyncio.sleep(delay)
            attempt += 1

    def _delay(self, call: Call, outcome: _Outcome, attempt: int) -> float | None:
        assert outcome.error is not None
        failure = Failure(
            outcome.error,
            attempt=attempt,
            idempotent=call.may_be_repeated,
            never_sent=outcome.never_sent,
            retry_after=outcome.retry_after,
        )
        if call.max_attempts is not None and attempt >= call.max_attempts:
            return None
        return delay_before_retry(failure, self._policy, self._uniform)

    async def _attempt(self, call: Call, token: SecretStr | None) -> _Outcome:
        request = self._request(call, token)
        task: asyncio.Task[_Outcome] | None = None
        try:
            # httpx bounds each step, not their sum: a server may drip for ever.
            async with asyncio.timeout(self._seconds(call) + CONNECT_SECONDS):
                await self._gate.acquire()
                task = self._tasks.create_task(self._exchange(request))
                self._running.add(task)
                task.add_done_callback(self._finished)
                return await asyncio.shield(task)
        except TimeoutError:
            return _Outcome(error=RequestTimeout(f"{self.network.url} did not answer in time"))
        except asyncio.CancelledError:
            if task is not None and task.cancelled():
                raise ClientClosedError("The client was closed during the request") from None
            raise

    def _finished(self, task: asyncio.Task[_Outcome]) -> None:
        self._running.discard(task)
        self._gate.release()

    def _seconds(self, call: Call) -> float:
        return self._asked_seconds or call.timeout_seconds or self._timeout_seconds

    def _request(self, call: Call, token: SecretStr | None) -> httpx.Request:
        seconds = self._seconds(call)
        request = self._http.build_request(
            call.method,
            call.path,
            params=[*params_of(call)],
            content=content_of(call),
            headers=headers_of(call),
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        )
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        return request

    async def _exchange(self, request: httpx.Request) -> _Outcome:
        """One request and its answer; failures are returned, so that no task fails its group."""
        try:
            response = await self._http.send(request, stream=True)
            try:
                body = await self._read(response)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            return _Outcome(error=transport_error(error, self.network.url), never_sent=never_sent)
        except IRError as error:
            return _Outcome(error=error)
        except Exception:
            # Raised, it would end every other task of the client as well.
            logger.exception("A request failed in a way that was not foreseen")
            return _Outcome(error=IRError("The request failed: see the log", hint="Report this."))
        answer = Answer(
            request.method, request.url.path, response.status_code, response.headers, body
        )
        if response.is_success:
            return _Outcome(answer=answer)
        return _Outcome(error=status_error(answer), retry_after=retry_after(answer))

    async def _read(self, response: httpx.Response) -> bytes:
        """Read the body within the time and size that a sane answer needs."""
        loop = asyncio.get_running_loop()
        seconds = response.request.extensions["timeout"]["read"]
        deadline = loop.time() + seconds
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise InvalidResponse(f"{self.network.url} sends an answer without end")
            if loop.time() > deadline:
                raise RequestTimeout(f"{self.network.url} did not finish its answer in time")
        return b"".join(chunks)
