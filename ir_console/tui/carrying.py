"""Take something of an alert elsewhere: into the pager, the clipboard or the browser.

The clipboard is the terminal's own (OSC 52), so that it works over SSH too; what is copied was
made safe to paste.
"""

from textual.app import App

from ir_client.wire.alerts import Alert
from ir_console.model.copying import COPY_LIMIT, Copyable, copyables
from ir_console.model.links import Target, links_of, target_of
from ir_console.model.spans import Tone
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text

from .browser import open_in_browser
from .reading import Reading
from .screens.link_dialog import LinkDialog
from .screens.live import LiveScreen
from .screens.menu import MenuDialog
from .screens.pager import PagerScreen


class Carrying:
    """What one takes along from the alert under the cursor."""

    def __init__(self, app: App[None], live: LiveScreen, reading: Reading, server_url: str) -> None:
        self._app, self._live, self._reading = app, live, reading
        self._server_url = server_url

    def page(self) -> None:
        """Show the alert as JSON over the whole screen."""
        alert = self._reading.open_alert()
        if alert is not None:
            self._app.push_screen(PagerScreen(alert, self._live.paint_with, self._copy_json))

    def choose_copy(self) -> None:
        """Ask what to copy, and copy it."""
        alert = self._reading.open_alert()
        if alert is None:
            return
        found = {one.key: one for one in copyables(alert, self._server_url)}
        choices = {key: f"{one.words:<21}{one.shown}" for key, one in found.items()}
        menu = MenuDialog(
            f"Copy of #{alert.id}",
            safe_text(alert.title, 200),
            choices,
            hint="1–9 or Enter copies · Esc leaves",
        )
        self._app.push_screen(menu, lambda key: self._copy(found[key]) if key else None)

    def choose_link(self) -> None:
        """Ask which of the alert's links to open, then whether really."""
        alert = self._reading.open_alert()
        if alert is None:
            return
        links = links_of(alert)
        if not links:
            self._reading.say(Toast(Tone.WARNING, f"#{alert.id} holds no http or https link"))
        elif len(links) == 1:
            self._confirm(links[0])
        else:
            choices = {link: safe_text(link, 64) for link in links}
            menu = MenuDialog(
                f"Links of #{alert.id}",
                safe_text(alert.title, 200),
                choices,
                hint="1–9 or Enter looks where it goes · Esc leaves",
            )
            self._app.push_screen(menu, lambda link: self._confirm(link) if link else None)

    def _copy_json(self, alert: Alert) -> None:
        found = {one.key: one for one in copyables(alert, self._server_url)}
        self._copy(found["json"])

    def _copy(self, chosen: Copyable) -> None:
        if len(chosen.text) > COPY_LIMIT:
            words = f"✗ Not copied: {len(chosen.text):,} characters are more than terminals take"
            hint = f"{self._live.state.keymap.key('look.raw')} shows all of it"
            self._reading.say(Toast(Tone.ERROR, words, hint))
            return
        self._app.copy_to_clipboard(chosen.text)
        words = f"✓ Copied the {chosen.words}"
        self._reading.say(Toast(Tone.OK, words, f"{chosen.shown} · by the terminal (OSC 52)"))

    def _confirm(self, link: str) -> None:
        target = target_of(link)
        if target is None:
            self._reading.say(
                Toast(Tone.ERROR, "✗ This link cannot be opened", safe_text(link, 80))
            )
            return
        self._app.push_screen(LinkDialog(target), lambda yes: self._open(target) if yes else None)

    def _open(self, target: Target) -> None:
        if open_in_browser(target.url):
            self._reading.say(Toast(Tone.OK, f"✓ Opened in the browser: {target.host}"))
        else:
            self._app.copy_to_clipboard(target.url)
            words = "No browser here: the link was copied instead"
            self._reading.say(Toast(Tone.WARNING, words, target.url[:80]))
