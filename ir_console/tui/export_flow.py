"""Write the marked alerts, or all that the table shows, to a file."""

import asyncio
from pathlib import Path

from ir_console.model.exporting import csv_text, file_name, json_lines, markdown_text
from ir_console.model.format import plural
from ir_console.model.spans import Tone
from ir_console.safe_text import safe_text

from .messages import ExportEnded
from .private_file import write_private
from .screens.export_dialog import ExportAnswer, ExportDialog
from .screens.menu import MenuDialog
from .triage_context import TriageContext


class ExportFlow:
    """Asks as what and where, and writes in a thread."""

    def __init__(self, context: TriageContext) -> None:
        self._context = context

    def ask(self) -> None:
        """Ask as what, and where to."""
        context, state = self._context, self._context.state
        state.search_on(to_the_end=True)
        is_marked = bool(len(state.marks))
        chosen = state.marks.visible if is_marked else state.view.shown_matching()
        ids = tuple(sorted((one for one in chosen if one in state.book), reverse=True))
        if not ids:
            context.say(Tone.WARNING, "There is no alert to export")
            return
        hidden = len(state.marks.hidden) if is_marked else 0
        which = "marked" if is_marked else "shown"
        left_out = f"{hidden:,} marked and hidden by the filter: left out." if hidden else ""

        def answered(answer: ExportAnswer | None) -> None:
            if answer is not None:
                self._write(ids, answer, overwrite=False)

        title = f"Export {plural(len(ids), 'alert')} ({which})"
        path = str(Path.home() / file_name("csv", state.moment))
        context.app.push_screen(ExportDialog(title, left_out, path), answered)

    def end(self, message: ExportEnded) -> None:
        """Say what came of it, or ask before a file is overwritten."""
        context, answer = self._context, message.answer
        shown = safe_text(answer.path, 200)
        if message.exists:
            self._ask_again(message, shown)
        elif message.problem:
            context.say(Tone.ERROR, f"✗ Not written: {message.problem}", shown)
        else:
            context.say(Tone.OK, f"✓ {plural(len(message.ids), 'alert')} written", shown)

    def _ask_again(self, message: ExportEnded, shown: str) -> None:
        def chosen(choice: str | None) -> None:
            if choice == "overwrite":
                self._write(message.ids, message.answer, overwrite=True)

        choices = {"leave": "Leave it as it is", "overwrite": "Overwrite it"}
        hint = "Enter or Esc leaves it"
        menu = MenuDialog("The file exists already", shown, choices, hint=hint)
        self._context.app.push_screen(menu, chosen)

    def _write(self, ids: tuple[int, ...], answer: ExportAnswer, *, overwrite: bool) -> None:
        context = self._context
        book = context.state.book
        # Taken here, in the loop: the book changes while the thread writes.
        rows = [book.rows[one] for one in ids if one in book]
        encoded = [text for one in ids if (text := book.encoded(one)) is not None]

        def write() -> None:
            match answer.wanted:
                case "jsonl":
                    text = json_lines(encoded)
                case "md":
                    text = markdown_text(rows)
                case _:
                    text = csv_text(rows)
            write_private(Path(answer.path).expanduser(), text, overwrite=overwrite)

        async def work() -> None:
            problem, exists = "", False
            try:
                await asyncio.to_thread(write)
            except FileExistsError:
                exists = True
            except (OSError, ValueError, RuntimeError) as error:
                # A path with a zero byte is a ValueError, a home that is unknown a RuntimeError.
                problem = safe_text(getattr(error, "strerror", None) or str(error), 120)
            context.app.post_message(ExportEnded(ids, answer, problem, exists))

        context.run(work())
