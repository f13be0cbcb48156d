"""How every page and interface of the desk behaves on the wire: limits, refusals, security headers."""

from desk.http.route import desk_router

__all__ = ["desk_router"]
