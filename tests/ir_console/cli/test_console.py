"""What surrounds a console that runs."""

import gc

from ir_console.cli.console import few_collections


def test_collections_are_few_only_while_the_console_runs() -> None:
    before = gc.get_threshold()
    with few_collections():
        assert gc.get_threshold()[0] > 10 * before[0]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
