"""What a simulated caller does, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dialog.located_yaml import ConfigError, Located, read
from dialog.scripts import Script, parse_script

NO_INPUT_S = 10.0
"""A silence of a conversation file is one that the hotline notices; its files count them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the caller does: say ``text``, press ``keys``, or stay silent for ``silence_s``."""

    text: str = ""
    keys: str = ""
    silence_s: float = 0.0


def steps_from_lines(lines: list[str]) -> list[Step]:
    """One spoken step per line."""
    return [Step(text=line) for line in lines if line.strip()]


def read_script(path: Path) -> tuple[str | None, list[Step]]:
    """Read a script: a YAML conversation (``from``, ``turns``), or a plain text with one line per turn.

    Returns the caller's number, when the script names one, and the steps.

    Raises:
        ConfigError: the file is missing or wrong; the text names its line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read; name an existing script") from error
    if path.suffix not in (".yaml", ".yml"):
        return None, steps_from_lines(data.decode("utf-8", "replace").splitlines())
    root = read(data, path.name)
    root_is_conversation = root.get("title") is not None
    number = root.get("from")
    caller = None if number is None or number.text() == "anonymous" else number.text()
    nodes = [node for node in root.need("turns").sequence() if node.get("hang_up") is None]
    return caller, [_step(node, NO_INPUT_S if root_is_conversation else 1.0) for node in nodes]


def load_script(path: Path) -> Script:
    """Read a whole conversation with what it expects.

    Raises:
        ConfigError: the file is missing or wrong; the text names its line.
    """
    try:
        return parse_script(path.read_bytes(), path.name)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read; name an existing script") from error


def _step(node: Located, silence_s: float) -> Step:
    said, keys, silence = node.get("say"), node.get("keys"), node.get("silence")
    if said is not None:
        return Step(text=said.text())
    if keys is not None:
        return Step(keys=keys.text())
    if silence is None:
        node.fail("a turn says, keys or is silent; write say:, keys: or silence:")
    return Step(silence_s=silence.number() * silence_s)
