"""The floor of a first paint: the smallest Textual program."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("Hello, world", markup=False)


if __name__ == "__main__":
    Hello().run()
