"""docs/formats.md says what the code does."""

from pathlib import Path

from ir_client.formats.registry import FORMATS
from tests.support.format_tables import tabled, tables_in, with_tables

DOCUMENT = Path("docs/formats.md").read_text()


def test_every_table_is_what_the_code_says() -> None:
    assert with_tables(DOCUMENT) == DOCUMENT, "run `make tables`"


def test_every_format_that_is_data_has_its_table() -> None:
    assert sorted(tables_in(DOCUMENT)) == sorted(known.name for known in tabled())


def test_every_format_has_a_section() -> None:
    for known in FORMATS:
        assert f"## `{known.name}`: " in DOCUMENT
