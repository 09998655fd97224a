"""The fixtures in a project of its own, which is the one in the documentation."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/sdk.md"
SETTINGS = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


OF_ANYIO = """\
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "asyncio"

async def test_it(ir_client):
    assert (await ir_client.auth.me()).username == "dana"
"""


def documented_tests() -> str:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    [tests] = [block for block in blocks if "ir_server: FakeServer" in block]
    return str(tests)


def pytest_in(project: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options, "."]
    answer = subprocess.run(
        command, cwd=project, capture_output=True, text=True, timeout=300, check=False
    )
    return answer.stdout + answer.stderr


def test_the_documented_test_passes_and_would_fail_for_a_bot_that_does_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_bot.py").write_text(documented_tests())
    broken = documented_tests().replace('== "info"', '== "low"')
    (tmp_path / "test_idle_bot.py").write_text(broken)
    said = pytest_in(tmp_path)
    assert "1 failed, 1 passed" in said
    assert "assert 'new' == 'closed'" in said


def test_without_pytest_asyncio_the_fixtures_serve_anyio(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "pytest_asyncio.py").write_text("raise ImportError('not installed')\n")
    (tmp_path / "test_bot.py").write_text(OF_ANYIO)
    plugins = ("-p", "anyio.pytest_plugin", "-p", "ir_client.testing.plugin")
    assert "1 passed" in pytest_in(tmp_path, "--disable-plugin-autoload", *plugins)
