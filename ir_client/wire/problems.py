"""The one shape of an error body: `{"detail", "code"}`."""

from .base import Reader


class FieldProblem(Reader):
    """One refused field of a 422: where it stands and why it was refused."""

    loc: tuple[str | int, ...] = ()
    msg: str = ""


class Problem(Reader):
    """An error body. `detail` is a text, or for a 422 the refused fields."""

    detail: str | tuple[FieldProblem, ...] = ""
    code: str | None = None

    @property
    def message(self) -> str:
        """The detail as one line for a person."""
        if isinstance(self.detail, str):
            return self.detail
        return "; ".join(
            f"{'.'.join(str(part) for part in field.loc)}: {field.msg}" for field in self.detail
        )
