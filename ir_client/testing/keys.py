"""`Idempotency-Key` of the fake server: the answer to each key, by path."""

import httpx

from .problems import problem


class Keys:
    """Which answers were given to which keys; those that changed nothing are not kept."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], tuple[tuple[str, bytes], httpx.Response]] = {}

    def answer_before(self, request: httpx.Request) -> httpx.Response | None:
        """The answer that this key has already, or the refusal of a key of another request."""
        known = self._given.get(_place(request))
        if known is None:
            return None
        asked, answer = known
        if asked != (request.method, request.content):
            return problem(409, "idempotency_key_reused")
        headers = {"Idempotency-Replayed": "true", "Content-Type": "application/json"}
        return httpx.Response(answer.status_code, content=answer.content, headers=headers)

    def keep(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Keep an answer for those who did not hear it."""
        if answer.is_success:
            self._given[_place(request)] = (request.method, request.content), answer


def _place(request: httpx.Request) -> tuple[str, str]:
    return request.url.path, request.headers["Idempotency-Key"]
