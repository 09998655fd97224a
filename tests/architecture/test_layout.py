"""The rules of the house that a linter does not know."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("ir_client", "ir_console", "server_stub")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# A file beyond this holds two ideas; style asks for 300, the rest is leeway for tables.
MAX_LINES = 400


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_a_module_holds_one_idea_and_says_which(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= MAX_LINES
    assert not source.strip() or ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_every_silenced_check_names_its_rule_and_its_reason(path: Path) -> None:
    for line in path.read_text().splitlines():
        if match := re.search(r"#\s*(type: ignore|noqa)(.*)", line):
            assert re.match(r"(\[[\w, -]+\]|: ?[A-Z]+\d+(, ?[A-Z]+\d+)*)\s*(#|-|—).+", match[2]), (
                line
            )


CONSOLE = [path for path in MODULES if "ir_console" in path.parts]


@pytest.mark.parametrize("path", CONSOLE, ids=names(CONSOLE))
def test_nothing_in_the_console_is_parsed_as_markup(path: Path) -> None:
    for call in calls(path):
        function = call.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        assert name not in {"from_markup", "markup"}, f"{path}:{call.lineno}"
        if name in {"notify", "Static", "Label"} and call.args:
            shown = call.args[0]
            is_object = isinstance(shown, ast.Call)
            markup = keywords.get("markup")
            is_plain = isinstance(markup, ast.Constant) and markup.value is False
            assert is_object or is_plain, f"{path}:{call.lineno}: pass Content, or markup=False"


@pytest.mark.parametrize("path", CONSOLE, ids=names(CONSOLE))
def test_nothing_waits_for_a_timer_that_may_pass_over_its_only_tick(path: Path) -> None:
    for call in calls(path):
        assert getattr(call.func, "attr", "") != "set_timer", f"{path}:{call.lineno}: use after()"


def test_no_file_names_a_registry() -> None:
    tracked = [
        ROOT / "pyproject.toml",
        ROOT / "constraints.txt",
        ROOT / "Makefile",
        ROOT / ".ci/run",
    ]
    for path in tracked:
        assert not re.search(r"(index-url|find-links|files\.pythonhosted|pypi\.)", path.read_text())


def test_every_dependency_is_pinned_for_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    missing = {re.split(r"[<>=\[ ]", one)[0].lower() for one in wanted} - pinned
    assert not missing
