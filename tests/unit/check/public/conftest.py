import json
from pathlib import Path

import pytest

from certify.check.public import PublicItem


@pytest.fixture(scope="session")
def golden() -> dict[str, tuple[PublicItem, ...]]:
    """The first problems of each family under the golden seed, as the library made them."""
    read = json.loads(Path(__file__).with_name("golden.json").read_text())
    return {name: tuple(PublicItem(*item) for item in items) for name, items in read.items()}
