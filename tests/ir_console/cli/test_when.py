from datetime import UTC, datetime

import pytest

from ir_console.cli.exits import UsageProblem
from ir_console.cli.when import moment_given

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8h", datetime(2026, 3, 1, 4, tzinfo=UTC)),
        ("90min", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 2, 22, 12, tzinfo=UTC)),
        ("2026-02-28T06:00", datetime(2026, 2, 28, 6, tzinfo=UTC)),
        ("2026-02-28T06:00+01:00", datetime(2026, 2, 28, 5, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_moment_or_ago(text: str, meant: datetime) -> None:
    assert moment_given(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "h", "-8h", "yesterday", "999999w", "0001-01-01T00:00+23:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a time"):
        moment_given(text, NOW)
