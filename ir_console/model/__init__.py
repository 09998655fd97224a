"""The screen without the toolkit: what is shown and what may be done, as pure state.

Nothing here does I/O, reads a clock or starts a task; times are arguments, in seconds. All text
that leaves this package has passed `safe_text` and is plain: never markup.
"""
