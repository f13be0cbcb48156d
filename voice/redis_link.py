"""Redis for delivery: a real server when ``REDIS_URL`` names one, else an embedded one in this process."""

from __future__ import annotations

import logging
from typing import Any

import fakeredis
from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


async def open_redis(url: str) -> Any:
    """Connect; a server that is away is only a warning, because events wait in the table."""
    if not url:
        return fakeredis.FakeAsyncRedis()
    redis: Any = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=10)
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        logger.warning("Redis does not answer (%s); events wait in the table until it is back", type(error).__name__)
    return redis
