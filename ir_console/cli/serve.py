"""Run the bundled server in place of this process, so that signals and exit code are its own."""

import os
import sys
from typing import Annotated

import typer

from .examples import shown_with


@shown_with(
    "ir-console serve",
    "ir-console serve --port 0 --database sqlite:////tmp/ir-central.db",
    "ir-console serve --host 0.0.0.0 --without-tls       # behind a proxy that has it",
)
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 8000,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="Where alerts are kept.")
    ] = None,
    without_tls: Annotated[
        bool,
        typer.Option(
            "--without-tls", help="Listen beyond this machine without TLS: a proxy has it."
        ),
    ] = False,
) -> None:
    """Run the bundled server.

    `listening on http://…` is its first line on standard error. Its settings are IR_SERVER_* in
    the environment, DATABASE_URL and SECRET_KEY among them.
    """
    command = [sys.executable, "-m", "server_stub", "--host", host, "--port", str(port)]
    if database is not None:
        command += ["--database", database]
    if without_tls:
        command.append("--without-tls")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)
