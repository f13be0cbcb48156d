"""What a page may send over its WebSocket: one JSON object per frame, checked field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

MAX_FRAME = 64 * 1024
STATES = ("idle", "busy", "rest")
STANCES = ("listen", "whisper", "join")

TOO_LARGE = "消息超过 64 KB,已忽略。"
NO_OBJECT = "消息不是有效的 JSON 对象,已忽略。"
UNKNOWN = "没有这个操作。"

_ID = re.compile(r"[A-Za-z0-9_.:@+-]{1,80}", re.ASCII)
_DIGITS = re.compile(r"[0-9*#]{1,32}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9-]{3,24}", re.ASCII)


class BadFrame(ValueError):  # noqa: N818 - named after what it is
    """A frame that is answered by an error; ``request`` is what the page called it, as far as it could be read."""

    def __init__(self, sentence: str, request: object = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.request = request


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _among(*choices: str) -> Callable[[Any], bool]:
    return lambda value: value in choices if isinstance(value, str) else False


def _text(size: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= size


_call = {"call_id": _matching(_ID)}
_target = _text(200)

# Fields that a frame must have, and those that it may have.
NEEDED: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "state": {"state": _among(*STATES)},
    "accept": {"offer_id": _matching(_ID)},
    "decline": {"offer_id": _matching(_ID)},
    **dict.fromkeys(("hold", "resume", "mute", "unmute", "hangup", "to_bot"), _call),
    **dict.fromkeys(("confer", "hand_on", "drop_consult", "leave"), _call),
    "keys": {**_call, "digits": _matching(_DIGITS)},
    "consult": {**_call, "target": _target},
    "transfer": {**_call, "target": _target},
    "supervise": {**_call, "stance": _among(*STANCES)},
    "dial": {},
    "acw": {},
    "promise": {"id": _matching(_ID), "decision": _among("made", "kept", "dropped")},
    "ping": {},
}
ALLOWED: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "state": {"reason": _text(40)},
    "decline": {"reason": _text(40)},
    "dial": {
        "number": _matching(_NUMBER),
        "waybill": _matching(_ID),
        "call_id": _matching(_ID),
        "to": _among("caller", "courier", "outlet"),
    },
    "acw": {
        "extend": lambda value: value is True,
        "finish": lambda value: value is True,
        "do": _among("extend", "finish"),
    },
    "promise": {"due_at": _text(40), "what": _text(200)},
}


def read_frame(raw: str | bytes) -> dict[str, Any]:
    """Return the checked frame with ``type``, ``request`` and its known fields; others are left out.

    Raises:
        BadFrame: too large, no JSON object, unknown type, or a field that is missing or impossible.
    """
    if len(raw) > MAX_FRAME or (isinstance(raw, str) and len(raw.encode("utf-8", "surrogatepass")) > MAX_FRAME):
        raise BadFrame(TOO_LARGE)
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadFrame(NO_OBJECT) from error
    if not isinstance(frame, dict):
        raise BadFrame(NO_OBJECT)
    request = frame.get("request")
    request = request if isinstance(request, int | str) and len(str(request)) <= 64 else None
    type_ = frame.get("type")
    if not isinstance(type_, str) or type_ not in NEEDED:
        raise BadFrame(UNKNOWN, request)
    clean: dict[str, Any] = {"type": type_, "request": request}
    for name, fits in NEEDED[type_].items():
        if name not in frame or not fits(frame[name]):
            raise BadFrame(f"操作缺少有效的 {name}。", request)
        clean[name] = frame[name]
    for name, fits in ALLOWED.get(type_, {}).items():
        if name in frame and frame[name] not in (None, "") and not fits(frame[name]):
            raise BadFrame(f"操作的 {name} 无效。", request)
        if frame.get(name) not in (None, ""):
            clean[name] = frame[name]
    return clean
