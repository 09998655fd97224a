"""The keys of the console, in one table: bindings, hints and the help screen are made from it.

Single letters act on the table and never while a text is being typed; nothing that cannot be
undone hangs on one key.
"""

from dataclasses import dataclass

from .key_names import shown_key


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One thing that keys do. `id` names it in a keymap; `hint` is for the bottom line."""

    id: str
    keys: str
    action: str
    words: str
    section: str
    hint: str = ""

    @property
    def shown_keys(self) -> str:
        """The keys as a person reads them."""
        return "  ".join(map(shown_key, self.keys.split(",")))

    @property
    def first_key(self) -> str:
        """The key that hints name."""
        return shown_key(self.keys.split(",")[0])


_MOVE, _MARK, _TRIAGE, _LOOK, _CONSOLE = "Moving", "Marking", "Triage", "Looking", "Console"
_NOTICE = "Messages and reminders"
_VIEW = "Views"
_FILTER = "While typing the filter or a command"

KEYS: tuple[KeyUse, ...] = (
    KeyUse("move.down", "j,down", "move(1)", "next alert", _MOVE),
    KeyUse("move.up", "k,up", "move(-1)", "previous alert", _MOVE),
    KeyUse("move.newest", "g,home", "newest", "newest alert, and follow", _MOVE),
    KeyUse("move.oldest", "G,end", "oldest", "oldest alert", _MOVE),
    KeyUse("move.half_down", "ctrl+d", "half_page(1)", "half a page down", _MOVE),
    KeyUse("move.half_up", "ctrl+u", "half_page(-1)", "half a page up", _MOVE),
    KeyUse("move.page_down", "pagedown", "page(1)", "a page down", _MOVE),
    KeyUse("move.page_up", "pageup", "page(-1)", "a page up", _MOVE),
    KeyUse("move.next_critical", "e", "next_critical(1)", "next critical alert", _MOVE),
    KeyUse("move.previous_critical", "E", "next_critical(-1)", "previous critical alert", _MOVE),
    KeyUse("move.next_read", "J,n", "move(1)", "next alert, also while reading", _MOVE),
    KeyUse("move.previous_read", "K,p", "move(-1)", "previous alert, also while reading", _MOVE),
    KeyUse("mark.one", "space", "app.mark('one')", "mark the alert, or not, and go on", _MARK),
    KeyUse("mark.range", "V", "app.mark('range')", "mark from the last mark to the cursor", _MARK),
    KeyUse("mark.all", "asterisk", "app.mark('all')", "mark all that the filter shows", _MARK),
    KeyUse(
        "mark.invert", "exclamation_mark", "app.mark('invert')", "invert the marks of those", _MARK
    ),
    KeyUse(
        "triage.take",
        "a",
        "app.take",
        "take the alert: it is yours, with an incident",
        _TRIAGE,
        "take",
    ),
    KeyUse("triage.status", "s", "app.status", "change its status", _TRIAGE, "status"),
    KeyUse("triage.comment", "c", "app.comment", "write a comment", _TRIAGE, "comment"),
    KeyUse(
        "triage.close",
        "x",
        "app.close_alert",
        "close it with a disposition and a reason",
        _TRIAGE,
        "close",
    ),
    KeyUse("triage.escalate", "I", "app.escalate", "make one incident of alerts", _TRIAGE),
    KeyUse("triage.repeat", "full_stop", "app.repeat", "do the last to the next alert", _TRIAGE),
    KeyUse("triage.bulk", "B", "app.bulk", "act on all that the filter finds", _TRIAGE),
    KeyUse("triage.outcomes", "O", "app.outcomes", "what came of each alert at last", _TRIAGE),
    KeyUse("triage.queue", "W", "app.queue", "what waits to be sent", _TRIAGE),
    KeyUse("triage.undo", "z", "app.undo", "undo what you did last", _TRIAGE),
    KeyUse(
        "look.filter",
        "slash",
        "filter",
        "filter: words, or fields as in severity: high",
        _LOOK,
        "filter",
    ),
    KeyUse("look.open", "enter,l", "open", "read the alert", _LOOK, "open"),
    KeyUse("look.back", "escape,h", "back", "go back, clear the filter, then the marks", _LOOK),
    KeyUse("look.follow", "f", "follow", "follow the newest alerts, or stay", _LOOK, "follow"),
    KeyUse(
        "look.hold", "equals_sign", "hold", "hold the display, or let new alerts in", _LOOK, "hold"
    ),
    KeyUse("look.raw", "v", "app.raw", "the alert as JSON, to scroll and search", _LOOK),
    KeyUse("look.copy", "y", "app.copy_menu", "copy: number, link, addresses, JSON…", _LOOK),
    KeyUse("look.links", "o", "app.links", "open a link, after a look at its target", _LOOK),
    KeyUse("look.related", "P", "app.related", "related alerts: go to those like it", _LOOK),
    KeyUse("look.pivot_back", "b", "app.pivot_back", "back from related alerts", _LOOK),
    KeyUse("look.export", "X", "app.export", "write alerts to a file", _LOOK),
    KeyUse("look.incidents", "i", "app.incidents", "incidents: the list of them", _LOOK),
    KeyUse("look.incident", "u", "app.incident", "up to the alert's incident", _LOOK),
    KeyUse("look.tops", "C", "app.tops", "most frequent: rules, hosts, addresses", _LOOK),
    KeyUse("look.shift", "S", "app.shift", "the shift: open, overdue, MTTA, MTTR", _LOOK),
    KeyUse("look.theme", "t", "app.next_theme", "next theme, of four", _LOOK),
    KeyUse("notice.history", "H", "app.said", "what the messages said", _NOTICE),
    KeyUse("notice.mute", "M", "app.mute", "mute messages: this rule, the filter…", _NOTICE),
    KeyUse("notice.remind", "r", "app.remind", "come back to the alert later", _NOTICE),
    *(
        KeyUse(f"view.{number}", str(number), f"app.view({number})", f"view {number}", _VIEW)
        for number in range(1, 10)
    ),
    KeyUse("view.sort", "A", "app.command('sort ')", "sort by…", _VIEW),
    KeyUse("view.group", "U", "app.command('group ')", "group by…", _VIEW),
    KeyUse("view.fold", "minus", "app.fold", "fold or unfold the group", _VIEW),
    KeyUse("view.fold_all", "underscore", "app.fold_all", "fold or unfold all groups", _VIEW),
    KeyUse("console.command", "colon", "app.command", "type a command", _CONSOLE, "command"),
    KeyUse("console.menu", "m", "app.menu", "menu: what may be done now", _CONSOLE, "menu"),
    KeyUse("console.dismiss", "D", "app.dismiss", "take the messages away", _CONSOLE),
    KeyUse("console.retry", "R", "app.retry", "try the connection again now", _CONSOLE),
    KeyUse("console.palette", "ctrl+p", "app.command_palette", "command palette", _CONSOLE),
    KeyUse("console.help", "question_mark,f1", "app.help", "this help", _CONSOLE, "help"),
    KeyUse("console.quit", "q", "app.quit", "quit", _CONSOLE, "quit"),
)

FILTER_KEYS: tuple[KeyUse, ...] = (
    KeyUse("filter.complete", "tab", "complete", "put in what is proposed", _FILTER),
    KeyUse("filter.next", "down", "choose(1)", "propose another", _FILTER),
    KeyUse("filter.previous", "up", "choose(-1)", "propose the one before", _FILTER),
    KeyUse("filter.give_up", "escape", "give_up", "give it up: all is as before", _FILTER),
)

_PAGE = "On pages: outcomes, incidents, the queue"

PAGE_KEYS: tuple[KeyUse, ...] = (
    KeyUse("page.down", "j,down", "page_move(1)", "next line", _PAGE),
    KeyUse("page.up", "k,up", "page_move(-1)", "previous line", _PAGE),
    KeyUse("page.first", "g,home", "page_move(-1000000)", "first line", _PAGE),
    KeyUse("page.last", "G,end", "page_move(1000000)", "last line", _PAGE),
    KeyUse("page.further", "ctrl+d,pagedown", "page_move(10)", "ten lines down", _PAGE),
    KeyUse("page.back", "ctrl+u,pageup", "page_move(-10)", "ten lines up", _PAGE),
    KeyUse("page.pick", "enter,l", "page_pick", "open it, or decide about it", _PAGE, "open"),
    KeyUse("page.reload", "r", "page_reload", "read it again", _PAGE, "read again"),
    KeyUse("incident.status", "s", "incident_status", "an incident's status", _PAGE, "status"),
    KeyUse("incident.note", "c", "incident_note", "write a note on an incident", _PAGE, "note"),
    KeyUse("queue.drop", "x", "queue_drop", "drop what is not sent", _PAGE, "drop"),
    KeyUse("queue.send", "S", "queue_send", "send what waits now", _PAGE, "send now"),
    KeyUse("page.leave", "escape,h,q", "page_leave", "back to the alerts", _PAGE, "back"),
)

_READER = "While reading an alert"

READER_KEYS: tuple[KeyUse, ...] = (
    KeyUse("reader.down", "j,down", "scroll_by(1)", "scroll a line down", _READER),
    KeyUse("reader.up", "k,up", "scroll_by(-1)", "scroll a line up", _READER),
    KeyUse("reader.further", "ctrl+d,pagedown,space", "scroll_by(10)", "scroll ten lines", _READER),
    KeyUse("reader.back", "ctrl+u,pageup", "scroll_by(-10)", "scroll ten lines back", _READER),
    KeyUse("reader.first", "g,home", "scroll_by(-100000)", "its beginning", _READER),
    KeyUse("reader.last", "G,end", "scroll_by(100000)", "its end", _READER),
)

_DIALOG = "In dialogs and menus"

DIALOG_KEYS: tuple[KeyUse, ...] = (
    KeyUse("choice.down", "j,down", "cursor_down", "next choice", _DIALOG),
    KeyUse("choice.up", "k,up", "cursor_up", "choice before", _DIALOG),
    KeyUse("choice.first", "g,home", "first", "first choice", _DIALOG),
    KeyUse("choice.last", "G,end", "last", "last choice", _DIALOG),
    KeyUse("choice.further", "pagedown", "page_down", "a page of choices down", _DIALOG),
    KeyUse("choice.back", "pageup", "page_up", "a page of choices up", _DIALOG),
    KeyUse("bulk.hidden", "h", "toggle_hidden", "with the hidden marks, or without", _DIALOG),
    KeyUse("comment.new_line", "ctrl+j", "new_line", "a new line in a comment", _DIALOG),
    KeyUse("dialog.leave", "q", "leave", "leave, where nothing is typed; Esc always does", _DIALOG),
)
# Where there are buttons there are no choices.
BUTTON_KEYS: tuple[KeyUse, ...] = (
    KeyUse("button.previous", "left,h", "app.focus_previous", "the button before", _DIALOG),
    KeyUse("button.next", "right,l", "app.focus_next", "the next button", _DIALOG),
)

_PAGER = "In the pager"

PAGER_KEYS: tuple[KeyUse, ...] = (
    KeyUse("pager.down", "j,down,enter", "scroll_by(1)", "a line further", _PAGER),
    KeyUse("pager.up", "k,up", "scroll_by(-1)", "a line back", _PAGER),
    KeyUse(
        "pager.further", "ctrl+d,pagedown,space", "scroll_by(20)", "twenty lines further", _PAGER
    ),
    KeyUse("pager.back", "ctrl+u,pageup", "scroll_by(-20)", "twenty lines back", _PAGER),
    KeyUse("pager.first", "g,home", "scroll_by(-1000000)", "the first line", _PAGER),
    KeyUse("pager.last", "G,end", "scroll_by(1000000)", "the last line", _PAGER),
    KeyUse("pager.search", "slash", "screen.search", "search", _PAGER),
    KeyUse("pager.next", "n", "screen.next(1)", "next place that was found", _PAGER),
    KeyUse("pager.previous", "N", "screen.next(-1)", "the place before", _PAGER),
    KeyUse("pager.copy", "y", "screen.copy", "copy all of it", _PAGER),
    KeyUse("pager.leave", "q,v", "screen.leave", "back to the alert; Esc does it too", _PAGER),
)

_HELP = "In the help"

HELP_KEYS: tuple[KeyUse, ...] = (
    KeyUse("help.down", "down", "choose(1)", "choose the next", _HELP),
    KeyUse("help.up", "up", "choose(-1)", "choose the one before", _HELP),
    KeyUse("help.further", "pagedown,ctrl+d", "scroll(10)", "ten lines on", _HELP),
    KeyUse("help.back", "pageup,ctrl+u", "scroll(-10)", "ten lines back in it", _HELP),
)

SCOPES: tuple[tuple[KeyUse, ...], ...] = (
    KEYS,
    FILTER_KEYS,
    PAGE_KEYS,
    READER_KEYS,
    DIALOG_KEYS,
    BUTTON_KEYS,
    PAGER_KEYS,
    HELP_KEYS,
)
"""The keys that are heard together; the first are those of the table."""
ALL_KEYS: tuple[KeyUse, ...] = tuple(use for scope in SCOPES for use in scope)
