"""What is kept of each alert for its line."""

import gc

from ir_client.book import AlertBook
from tests.support.builders import an_alert
from tests.support.rows import a_row


def test_what_is_kept_of_an_alert_is_nothing_for_the_garbage_collector() -> None:
    row, book = a_row(tags=("vip",)), AlertBook()
    book.apply(an_alert(id=1, tags=("vip",)))
    (kept,) = book.bare_rows()
    gc.collect()  # which lets go of a tuple once it has let go of all that is in it
    gc.collect()
    assert not gc.is_tracked(row)
    assert not gc.is_tracked(kept)
