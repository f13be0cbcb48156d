"""The optional language model: any OpenAI-compatible endpoint, asked about utterances that nothing else understood.

Off unless ``LLM_BASE_URL`` is set. It has 800 ms; whatever is late, broken or too long counts as no answer, and an
endpoint that failed is left alone for a while, so that callers do not wait for it turn after turn.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

import httpx

from dialog.understanding.llm import DEADLINE_S, request_body
from voice.clock import Clock
from voice.config import Settings

logger = logging.getLogger(__name__)

REST_S = 30.0
"""How long an endpoint that failed is not asked."""

_LONGEST_BODY = 65_536


class LanguageModel:
    """One endpoint.

    Args:
        base_url: the address up to ``/v1``.
        name: the endpoint's name for the model.
        key: sent as bearer token; empty for local endpoints.
        clock: our clock.
    """

    def __init__(self, base_url: str, name: str, key: str, clock: Clock) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(headers=headers, timeout=DEADLINE_S, trust_env=False)
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._name = name
        self._clock = clock
        self._rests_until = float("-inf")

    async def choose(self, text: str, offered: Sequence[str], question: str) -> str | None:
        """What the model wrote, None when there is no answer in time."""
        if self._clock.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(DEADLINE_S):
                return _content(await self._post(request_body(self._name, text, offered, question)))
        except (httpx.HTTPError, TimeoutError, ValueError, LookupError, TypeError, RecursionError) as error:
            self._rests_until = self._clock.monotonic() + REST_S
            logger.warning("the language model gave no answer: %s", type(error).__name__)
            return None

    async def close(self) -> None:
        """Release connections."""
        await self._http.aclose()

    async def _post(self, body: object) -> bytes:
        async with self._http.stream("POST", self._url, json=body) as response:
            response.raise_for_status()
            data = b""
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > _LONGEST_BODY:
                    raise ValueError("the reply is too long")
            return data


def open_model(settings: Settings, clock: Clock, stack: AsyncExitStack) -> LanguageModel | None:
    """Open the configured endpoint for as long as ``stack`` lives; None when none is set, which is the default."""
    if not settings.llm_base_url:
        return None
    model = LanguageModel(settings.llm_base_url, settings.llm_model, settings.llm_api_key, clock)
    stack.push_async_callback(model.close)
    return model


def _content(data: bytes) -> str:
    content = json.loads(data)["choices"][0]["message"]["content"]
    if not isinstance(content, str):
        raise TypeError("the reply holds no text")
    return content
