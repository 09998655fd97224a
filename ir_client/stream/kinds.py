"""Read which events a user means: a class of events, a union of such, or several.

Refuses what is none at the call that names it: no event would ever be of that kind, and what
compares events with it would fail where nobody expects that.
"""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from ..errors import ConfigError
from .events import Event


def kinds_of(meant: Any, *, name: str) -> tuple[type, ...]:
    """The classes of events that are meant by the argument `name`; ConfigError if that is none."""
    several = isinstance(meant, Iterable) and not isinstance(meant, type | str)
    kinds = tuple(kind for one in (meant if several else (meant,)) for kind in _flat(one))
    for kind in kinds:
        if kind not in _KINDS:
            raise _no_kind(kind, name)
    if not kinds:
        raise ConfigError(f"`{name}` names no class of events", hint=_HINT)
    return kinds


def names_of(kinds: Iterable[type]) -> str:
    """The classes in words."""
    return " or ".join(kind.__name__ for kind in kinds)


def _flat(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _flat(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _flat(one)
    else:
        yield kind


def _no_kind(kind: object, name: str) -> ConfigError:
    named = kind.__name__ if isinstance(kind, type) else repr(kind)[:80]
    for known in _KINDS:
        if known.__name__ == kind:
            hint = f"Give the class itself, without quotes: from ir_client import {kind}."
            return ConfigError(f"`{name}` takes classes of events, not {named}", hint=hint)
    return ConfigError(f"`{name}` takes classes of events, not {named}", hint=_HINT)


_KINDS: tuple[Any, ...] = tuple(_flat(Event))
_HINT = "Give a class such as NewAlert, or several."
