"""Error bodies as one line for a person."""

from ir_client.wire.problems import Problem


def test_a_text_is_its_own_message() -> None:
    assert (
        Problem.model_validate({"detail": "Not found", "code": "not_found"}).message == "Not found"
    )


def test_refused_fields_are_named_with_their_place() -> None:
    body = {"detail": [{"loc": ["body", "severity"], "msg": "unknown value", "input": "secret"}]}
    problem = Problem.model_validate(body)
    assert problem.message == "body.severity: unknown value"
    assert "secret" not in repr(problem)
