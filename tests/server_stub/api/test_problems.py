import json

import pytest

from ir_client.wire.problems import Problem
from server_stub import errors
from server_stub.api.problems import refused, status_problem

REFUSALS = [
    (errors.Unauthenticated("x"), 401),
    (errors.Forbidden("x"), 403),
    (errors.NotFound("x"), 404),
    (errors.Conflict("x"), 409),
    (errors.Duplicate("x"), 409),
    (errors.AlreadyOwned("x"), 409),
    (errors.KeyReused("x"), 409),
    (errors.ChangedSince("x", current=b"{}"), 412),
    (errors.TooLarge("x"), 413),
    (errors.MalformedBody("x"), 400),
    (errors.RequestTimeout("x"), 408),
    (errors.UnsupportedMediaType("x"), 415),
    (errors.Invalid.field("body", "a", msg="b"), 422),
    (errors.RateLimited("x", retry_after_seconds=0.2), 429),
    (errors.Unavailable("x"), 503),
    (errors.StorageFull("x"), 507),
    (errors.Refusal("x"), 500),
]


@pytest.mark.parametrize(("refusal", "status"), REFUSALS, ids=lambda value: type(value).__name__)
def test_each_refusal_has_its_status_and_one_shape(refusal: errors.Refusal, status: int) -> None:
    answer = refused(refusal)
    problem = Problem.model_validate_json(bytes(answer.body))
    assert (answer.status_code, problem.code) == (status, refusal.code)
    assert problem.message


def every_refusal(kind: type[errors.Refusal] = errors.Refusal) -> set[type[errors.Refusal]]:
    return {kind}.union(*map(every_refusal, kind.__subclasses__()))


def test_no_refusal_is_without_a_status() -> None:
    assert every_refusal() == {type(refusal) for refusal, _ in REFUSALS}


def test_a_wait_is_rounded_up_to_whole_seconds() -> None:
    limited = errors.RateLimited("x", retry_after_seconds=12.1)
    assert refused(limited).headers["Retry-After"] == "13"
    assert refused(errors.StorageFull("x")).headers["Retry-After"] == "1"


def test_the_present_state_comes_with_a_conflict() -> None:
    answer = refused(errors.ChangedSince("x", current=b'{"id": 7}'))
    assert json.loads(bytes(answer.body))["current"] == {"id": 7}


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (405, "method_not_allowed")])
def test_what_no_route_takes_has_a_code(status: int, code: str) -> None:
    answer = status_problem(status)
    assert (answer.status_code, json.loads(bytes(answer.body))["code"]) == (status, code)
