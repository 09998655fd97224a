"""See the keys of a record in one spelling, however its sender begins them."""

from typing import Any


def with_small_initials(value: Any) -> Any:
    """The same JSON with every key of every object beginning small: `AccountId` → `accountId`."""
    match value:
        case dict():
            return {
                key[:1].lower() + key[1:]: with_small_initials(one) for key, one in value.items()
            }
        case list():
            return [with_small_initials(one) for one in value]
    return value


def with_large_initials(record: dict[str, Any]) -> dict[str, Any]:
    """The same object with its own keys beginning large; what is inside stays as it is."""
    return {key[:1].upper() + key[1:]: value for key, value in record.items()}
