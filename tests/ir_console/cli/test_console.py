"""What surrounds a console that runs."""

import gc

from ir_console.cli.console import few_collections


def test_collections_are_small_and_seldom_only_while_the_console_runs() -> None:
    before = gc.get_threshold()
    with few_collections():
        small, _, seldom = gc.get_threshold()
        assert before[0] < small < 10_000
        assert seldom > before[2]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
