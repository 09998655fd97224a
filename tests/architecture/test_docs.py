"""The documents name what is there: links lead somewhere, settings and commands exist."""

import re
from pathlib import Path

import pytest

from ir_client.wire.events import server_frames
from ir_console.cli.app import _COMMANDS
from server_stub.settings import ServerSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_server_setting_is_documented() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    settings = {name.upper() for name in ServerSettings.model_fields}
    assert {name for name in settings if f"`{name}`" not in page} == set()


def test_every_frame_is_described() -> None:
    page = (ROOT / "docs/protocol.md").read_text()
    frames = server_frames.json_schema()["discriminator"]["mapping"]
    assert {name for name in frames if f"`{name}`" not in page} == set()


def test_the_readme_uses_commands_that_exist() -> None:
    page = (ROOT / "README.md").read_text()
    used = set(re.findall(r"ir-console (?!-)([a-z]+)", page))
    assert used
    assert used <= set(_COMMANDS)


def test_make_describes_its_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`make ([a-z]+)`", "".join(page.read_text() for page in PAGES))):
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE), target
