"""One call of the API: what is asked for, and how it stands in a request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})

Params = Mapping[str, str | int | float | bool | Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API. Its body may hold a password and is never shown.

    `key` is an idempotency key to send; a call that may not be repeated without one gets one.
    `needs` is the feature of the server without which it is not sent.
    """

    method: str
    path: str
    params: Params = field(default_factory=dict)
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_open: bool = False
    timeout_seconds: float | None = None
    idempotent: bool | None = None
    key: str | None = None
    needs: str | None = None
    max_attempts: int | None = None

    @property
    def may_be_repeated(self) -> bool:
        """Whether it has no further effect when it is sent again."""
        return self.method in IDEMPOTENT if self.idempotent is None else self.idempotent


def headers_of(call: Call) -> dict[str, str]:
    """The headers of its request."""
    if call.body is None:
        return dict(call.headers)
    return {"Content-Type": "application/json", **call.headers}


def params_of(call: Call) -> list[tuple[str, str]]:
    """The parameters of its request, a list as several of one name."""
    return [pair for name, value in call.params.items() for pair in _pairs(name, value)]


def content_of(call: Call) -> bytes | None:
    """The body of its request: JSON, which bytes are already. Raises TypeError for what is none."""
    if call.body is None or isinstance(call.body, bytes):
        return call.body
    return encode(call.body)


def encode(value: object) -> bytes:
    """A value as JSON. Raises TypeError for what is none."""
    write = partial(json.dumps, value, default=_reveal, allow_nan=False)
    try:
        return write(ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return write().encode()  # half a character, from a broken file: only an escape can say it


def _reveal(value: object) -> str:
    # Only here does a secret become text: no local variable of ours ever holds one.
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, list | tuple | set | frozenset):
        return [(name, str(one)) for one in value]
    return [(name, str(value))]
