"""What surrounds a console that runs."""

import gc
import sys

from ir_console.cli.console import few_collections, quick_threads


def test_collections_are_small_and_seldom_only_while_the_console_runs() -> None:
    before = gc.get_threshold()
    with few_collections():
        small, _, seldom = gc.get_threshold()
        assert before[0] < small < 10_000
        assert seldom > before[2]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_threads_have_the_interpreter_soon_for_as_long_as_the_console_runs() -> None:
    before = sys.getswitchinterval()
    with quick_threads():
        assert sys.getswitchinterval() < before / 5
    assert sys.getswitchinterval() == before
