from __future__ import annotations

import pytest

from dialog.engine import Dialogue, load_dialogue
from tests.dialog.world import CONFIG


@pytest.fixture(scope="session")
def dialogue() -> Dialogue:
    return load_dialogue(CONFIG)
