"""The recipes for respx in the guide, as they stand there."""

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs/sdk.md"


def recipes() -> dict[str, Any]:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    [source] = [block for block in blocks if "import respx" in block]
    namespace: dict[str, Any] = {}
    exec(compile(source, str(PAGE), "exec"), namespace)
    return {name: made for name, made in namespace.items() if name.startswith("test_")}


@pytest.mark.parametrize("name", recipes())
async def test_each_recipe_passes(name: str) -> None:
    await recipes()[name]()
