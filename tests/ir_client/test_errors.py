"""Every error of the tree can be acted on."""

import inspect

import pytest

from ir_client import errors

TREE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.IRError)
]


@pytest.mark.parametrize("kind", TREE)
def test_each_error_says_what_to_do_in_one_sentence(kind: type[errors.IRError]) -> None:
    assert kind.hint.endswith(".")
    assert "\n" not in kind.hint


@pytest.mark.parametrize("kind", TREE)
def test_the_drawing_shows_the_whole_tree(kind: type[errors.IRError]) -> None:
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


def test_what_may_pass_by_itself_is_retryable_and_nothing_else() -> None:
    assert {kind.__name__ for kind in TREE if kind.retryable} == {
        "TransportError",
        "ConnectError",
        "RequestTimeout",
        "BodyTooSlow",
        "TooEarly",
        "RateLimited",
        "ServerError",
        "Unavailable",
        "StorageFull",
        "GaveUp",
    }


def test_a_hint_of_ones_own_stands_before_that_of_the_class() -> None:
    assert errors.NotFound("gone", status=404, hint="Look elsewhere.").hint == "Look elsewhere."
    assert errors.NotFound("gone", status=404).hint == errors.NotFound.hint
