"""Where a request comes from: our own pages, or somebody else's."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Origins:
    """Knows the hotline's own addresses.

    Args:
        public_url: ``PUBLIC_URL``, when a proxy shows the hotline under another name.
    """

    def __init__(self, public_url: str = "") -> None:
        self._public = urlsplit(public_url)

    def is_ours(self, connection: HTTPConnection) -> bool:
        """Whether the browser says that one of our own pages asks.

        A browser cannot be made to lie in ``Origin`` and ``Sec-Fetch-Site``; what sends neither is no browser of ours.
        """
        site = connection.headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        origin = connection.headers.get("origin")
        if origin is None:
            return site == "same-origin"
        host = urlsplit(origin).netloc
        return bool(host) and host in (connection.headers.get("host"), self._public.netloc)

    def is_https(self, connection: HTTPConnection) -> bool:
        """Whether the browser speaks https to us, directly or through a proxy."""
        if connection.url.scheme in ("https", "wss"):
            return True
        return self._public.scheme == "https" and connection.headers.get("host") == self._public.netloc

    def base(self, connection: HTTPConnection) -> str:
        """Our address as the browser knows it, without a slash at the end."""
        if self._public.netloc:
            return f"{self._public.scheme}://{self._public.netloc}"
        scheme = "https" if self.is_https(connection) else "http"
        return f"{scheme}://{connection.headers.get('host', '')}"
