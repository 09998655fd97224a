"""Packages that are installed for a test: a directory on the path with a .dist-info in it."""

import importlib
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from ir_client.formats.installed import GROUP

EXAMPLE = Path("examples/turnstile_format").resolve()


class Packages:
    """Where a test installs packages that bring formats; they are gone when it ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, site: Path) -> None:
        self._monkeypatch = monkeypatch
        self._site = site
        monkeypatch.setattr("sys.dont_write_bytecode", True)
        monkeypatch.syspath_prepend(site)

    def install(self, name: str, source: str, entries: dict[str, str]) -> None:
        """Install one module with its entry points: {name: "module:attribute"}."""
        info = self._site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))
        (self._site / f"{name}.py").write_text(dedent(source))
        self._monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()

    def install_the_example(self) -> None:
        """Install what docs/formats.md shows, with the entry points that its project names."""
        project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
        source = (EXAMPLE / "turnstile_format.py").read_text()
        self.install("turnstile_format", source, project["entry-points"][GROUP])


TURNSTILE_EVENT = {
    "serial": "g2-0000817",
    "at": "2026-03-02T09:14:31Z",
    "gate": "G2",
    "event": "forced",
    "badge": {"number": 4711, "holder": "j.doe"},
}
