"""Run `ir-console` inside the test's process, as a person or a program would."""

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ir_console.cli import app


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Cli:
    """The command line of one user: settings and logins in a directory of their own."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        directory: Path,
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.credentials = directory / "credentials.json"
        for name in ("IR_PROFILE", "IR_TOKEN", "IR_USERNAME", "IR_INGEST_TOKEN", "IR_DEBUG"):
            monkeypatch.delenv(name, raising=False)
        self.set(
            IR_URL="http://127.0.0.1:9",
            IR_CONFIG=str(directory / "config.toml"),
            IR_CREDENTIALS_FILE=str(self.credentials),
        )

    def set(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def unset(self, *names: str) -> None:
        for name in names:
            self._monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: object, stdin: str = "") -> Ran:
        """Run `ir-console` with these arguments, off a terminal."""
        self._monkeypatch.setattr(sys, "argv", ["ir-console", *map(str, arguments)])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self._capsys.readouterr()
        code: object = 0
        try:
            app.main()
        except SystemExit as ended:
            code = ended.code or 0
        assert isinstance(code, int)
        written = self._capsys.readouterr()
        return Ran(code, written.out, written.err)
