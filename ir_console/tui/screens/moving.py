"""The half of the live screen that moves the cursor and the window on the table."""

from ir_console.model.state import ConsoleState
from ir_console.model.stepping import move_to_severity

from ..precedence import PromptScreen


class MovingScreen(PromptScreen):
    """A screen whose cursor is moved by keys."""

    state: ConsoleState

    def after_move(self) -> None:
        """Show where the cursor is now."""
        raise NotImplementedError

    def action_move(self, rows: int) -> None:
        self.state.viewport.move(rows)
        self.after_move()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.state.viewport.height - 1))

    def action_half_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.state.viewport.height // 2))

    def action_newest(self) -> None:
        self.state.viewport.move_to_newest()
        self.after_move()

    def action_oldest(self) -> None:
        self.state.viewport.move_to_oldest()
        self.after_move()

    def action_next_critical(self, step: int) -> None:
        if not move_to_severity(self.state.viewport, "critical", step):
            self.app.bell()
        self.after_move()

    def action_follow(self) -> None:
        self.state.viewport.toggle_follow()
        self.after_move()

    def action_hold(self) -> None:
        self.state.toggle_hold()
        self.after_move()
