"""Every abuse case that the server has to withstand has a test that is named after it.

The cases are numbered as in the list of threats: 1-9 credentials of a stream, 10-16 who comes and
from where, 17-27 what a stream is sent and how it is read, 28-38 endpoint tokens and keys, 39-54
bodies, changes and searches, 55-60 logins and roles, 61-62 what others read.
"""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]

# 50 is no abuse: any status may follow any other. 63 is about exports, 64 about webhooks: there
# are none.
VOID = {50, 63, 64}


def cases_of(source: str) -> set[int]:
    names = re.findall(r"def test_abuse_((?:\d\d_)+)", source)
    return {int(number) for name in names for number in name.strip("_").split("_")}


def test_every_abuse_case_is_named_by_a_test() -> None:
    named = set[int]().union(*(cases_of(path.read_text()) for path in TESTS.rglob("test_*.py")))
    assert set(range(1, 65)) - named == VOID
