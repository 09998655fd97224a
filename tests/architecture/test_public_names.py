"""The public face of the SDK: sorted, resolvable, documented."""

import ast
import inspect
from pathlib import Path

import pytest

import ir_client


def test_public_names_are_sorted_and_each_is_there() -> None:
    assert list(ir_client.__all__) == sorted(ir_client.__all__)
    assert all(getattr(ir_client, name) is not None for name in ir_client.__all__)


@pytest.mark.parametrize("name", ir_client.__all__)
def test_each_public_class_and_function_is_documented(name: str) -> None:
    thing = getattr(ir_client, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert thing.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_this"):
        _ = ir_client.nothing_like_this


def test_type_checkers_and_the_interpreter_see_the_same_names() -> None:
    tree = ast.parse(Path(ir_client.__file__).read_text())
    seen_by_type_checkers = {
        f".{node.module}:{alias.name}"
        for block in tree.body
        if isinstance(block, ast.If)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    resolved = {f"{home}:{name}" for name, home in ir_client._HOME.items()}
    assert seen_by_type_checkers == resolved
    assert set(ir_client.__all__) == set(ir_client._HOME)
