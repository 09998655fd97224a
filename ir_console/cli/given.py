"""What was given on the command line: checked, and made a model of the wire.

A value that the server would refuse is a usage problem here, before anything is sent. A model's
is not quoted: it may be a password.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .exits import UsageProblem

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")


def among(option: str, given: list[str] | None, known: Sequence[str]) -> list[str] | None:
    """The values of an option, all of which are known. Raises UsageProblem."""
    for one in given or ():
        if one not in known:
            raise UsageProblem(f"{option} {one} is unknown", hint=f"Say one of {', '.join(known)}.")
    return given


def model_of(model: type[Model], **fields: Any) -> Model:
    """The model with these fields. Raises UsageProblem for the first that cannot be."""
    from pydantic import ValidationError

    try:
        return model(**fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageProblem(f"{field}: {first['msg']}", hint="Correct the value.") from None
