import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from server_stub.errors import FieldError, Invalid


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = 0
    word: str = ""

    @field_validator("word")
    @classmethod
    def quotes_its_input(cls, value: str) -> str:
        if value:
            raise ValueError(f"{value!r} will not do")
        return value


def refusal(**fields: object) -> Invalid:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate(fields)
    return Invalid.of(caught.value, "body")


def test_a_refusal_says_where_and_why_but_not_what() -> None:
    refused = refusal(number="hunter2", word="hunter2")
    assert [one.loc for one in refused.fields] == [("body", "number"), ("body", "word")]
    assert "hunter2" not in refused.message


def test_a_name_that_is_no_name_is_not_repeated() -> None:
    refused = refusal(**{"surprise": 1, "<b>hunter2</b>": 2})
    assert {one.loc[-1] for one in refused.fields} == {"surprise", "(unknown)"}


def test_what_is_refused_in_a_thousand_places_is_told_of_some() -> None:
    assert len(refusal(**{f"field{number}": 1 for number in range(1_000)}).fields) == 50


def test_a_refusal_can_stand_in_something_larger() -> None:
    inner = Invalid([FieldError(("title",), "Field required")])
    assert str(inner.within("alerts", 3)) == "alerts.3.title: Field required"
