"""Security headers of everything the desk sends."""

from __future__ import annotations

from collections.abc import Sequence

# Pages load nothing from elsewhere; ``style-src`` allows what Element Plus writes into style attributes, scripts never.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'none'; object-src 'none'"
)


def security_headers(
    *, frames: Sequence[str] = (), microphone: bool = False, asks: Sequence[str] = ()
) -> dict[str, str]:
    """Return the headers of a response.

    Args:
        frames: origins that may show the page in a frame; none may by default.
        microphone: whether the page may ask for the microphone.
        asks: other origins that the page may send requests to.
    """
    connect = " ".join(("'self'", *asks))
    ancestors = " ".join(frames) if frames else "'none'"
    headers = {
        "Content-Security-Policy": f"{_POLICY}; connect-src {connect}; frame-ancestors {ancestors}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": f"microphone=({'self' if microphone else ''}), camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if not frames:
        headers["X-Frame-Options"] = "DENY"
    return headers
