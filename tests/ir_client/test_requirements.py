"""Every requirement of docs/requirements.md has a test that bears its number, and no other has."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMBERED = re.compile(r"def test_requirements?_(\d\d(?:_and_\d\d)*)_")


def numbers_in_test_names() -> set[int]:
    names = [
        name
        for path in ROOT.rglob("tests/**/test_*.py")
        for name in NUMBERED.findall(path.read_text())
    ]
    return {int(number) for name in names for number in name.split("_and_")}


def test_every_requirement_has_a_test_that_bears_its_number() -> None:
    table = (ROOT / "docs" / "requirements.md").read_text()
    required = [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert required == list(range(1, 28))
    assert numbers_in_test_names() == set(required)
