"""The line under a command: what is wrong, what may be meant, or what the command takes."""

from .commands import COMMANDS
from .completion import Completion
from .filter_lines import Mistake, completion_line, mistake_line
from .keymap import USUAL, Keymap
from .spans import Line, Span, Tone, fit_line


def command_line(
    text: str,
    mistake: Mistake | None,
    found: Completion,
    *,
    chosen: int,
    column: int,
    width: int,
    keymap: Keymap = USUAL,
) -> Line:
    """What the line says; `column` is where the mistake stands on the screen."""
    if mistake is not None:
        return mistake_line(mistake, column=column, width=width)
    if found.texts:
        return completion_line(found, chosen, width, keymap)
    name = text.split(" ")[0].strip()
    command = next((command for command in COMMANDS if command.name == name), None)
    if command is None:
        return ()
    usage = (Span(f"   {command.usage}", Tone.KEY), Span(f"  {command.words}", Tone.MUTED))
    return fit_line(usage, width)
