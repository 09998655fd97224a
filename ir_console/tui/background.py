"""Work beside the screen: at most one of a kind, and only begun if nothing newer takes its turn."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.app import App
from textual.worker import Worker


def in_background(
    app: App[None], work: Callable[[], Coroutine[Any, Any, None]], *, group: str
) -> None:
    """Do `work` instead of what is done in its group.

    A function, not a coroutine: one whose turn never came would be left unawaited.
    """
    # Named, or the type checker cannot tell what the work gives.
    _: Worker[None] = app.run_worker(work, group=group, exclusive=True, exit_on_error=False)
