"""What a process really loads: the import rules seen from inside."""

import subprocess
import sys

import pytest


def loaded_after(statement: str) -> set[str]:
    """The top-level modules in a fresh interpreter after `statement`."""
    report = "print(*{module.partition('.')[0] for module in sys.modules})"
    script = f"{statement}\nimport sys\n{report}"
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(answer.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import ir_client", {"httpx", "websockets", "textual", "fastapi", "keyring", "lark"}),
        ("import ir_client.query", {"lark", "pydantic", "httpx", "asyncio"}),
        ("import ir_client.testing.plugin", {"httpx", "websockets", "pydantic"}),
        ("import ir_client.wire.events", {"httpx", "websockets", "asyncio", "textual"}),
        ("from ir_client import IRClient", {"textual", "fastapi", "sqlalchemy", "typer", "lark"}),
        (
            "from ir_client import IRClient; IRClient('https://soc.example')",
            {"httpx", "websockets", "pydantic", "tomllib", "platformdirs", "keyring"},
        ),
        ("import server_stub.app", {"httpx", "textual", "typer", "keyring", "lark"}),
        ("import ir_console.model.state", {"textual", "httpx", "websockets", "fastapi"}),
        ("import ir_console.cli.app", {"textual", "fastapi", "httpx", "websockets", "sqlalchemy"}),
        (
            "import contextlib, io, ir_console.cli.app as app, sys\n"
            "sys.argv = ['ir-console', '--help']\n"
            "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
            "    app.main()",
            {"textual", "fastapi", "httpx", "websockets", "sqlalchemy"},
        ),
    ],
)
def test_a_part_loads_no_more_than_it_needs(statement: str, unwanted: set[str]) -> None:
    assert not loaded_after(statement) & unwanted
