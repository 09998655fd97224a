"""The peer: Textual's own DataTable with the same rows, events and cursor mark."""

import random
import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Static

FRAMES_PER_SECOND = 10


class Peer(App[None]):
    """Rows, a line that names the row at the cursor, and a storm of changes."""

    CSS = "#at { height: 1; } DataTable { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("j", "down"), Binding("k", "up")]

    def __init__(self, rows: int, rate: float) -> None:
        super().__init__()
        self._rows, self._rate = rows, rate
        self._chance = random.Random(3)
        self._count = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="at", markup=False)
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        for name, width in (("sev", 6), ("age", 6), ("status", 12), ("title", 60), ("host", 12)):
            table.add_column(name, key=name, width=width)
        for _ in range(self._rows):
            self._add(table)
        self.set_interval(1 / FRAMES_PER_SECOND, self._storm)

    def _add(self, table: DataTable[str]) -> None:
        self._count += 1
        title = f"Q{self._count:07d} Suspicious PowerShell"
        table.add_row("high", "12s", "new", title, "web-01", key=str(self._count))

    def _storm(self) -> None:
        table = self.query_one(DataTable)
        for _ in range(int(self._rate / FRAMES_PER_SECOND / 2)):
            self._add(table)
            table.update_cell(str(self._chance.randint(1, self._count)), "status", "triaged")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        row = event.data_table.get_row(event.row_key)
        self.query_one("#at", Static).update(f"❯ {row[3]}")

    def action_down(self) -> None:
        self.query_one(DataTable).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(DataTable).action_cursor_up()


if __name__ == "__main__":
    Peer(int(sys.argv[1]), float(sys.argv[2])).run()
