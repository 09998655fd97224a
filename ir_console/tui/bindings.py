"""The toolkit's bindings for the table of keys: each has its id, so that it can be changed."""

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from ir_console.model.keymap import USUAL, Keymap


def bound(*use_ids: str, action: str = "", is_first: bool = False) -> list[BindingType]:
    """Bindings for what has these ids; `action` in place of what the table says.

    `is_first`: before what has the focus hears the key.
    """
    uses = map(USUAL.use, use_ids)
    return [
        Binding(
            use.keys,
            action or use.action,
            use.words,
            id=use.id,
            show=False,
            priority=is_first,
        )
        for use in uses
    ]


def keymap_of(node: DOMNode) -> Keymap:
    """The keys as they are now, for hints; the usual ones in an app that has no others."""
    return getattr(node.app, "keymap", USUAL)
