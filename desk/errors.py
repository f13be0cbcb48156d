"""What a request may be refused with: ``status`` is HTTP's, the text is one Chinese sentence for a person.

DeskError
 ├─ BadRequest      400  correct the request
 ├─ NotSignedIn     401  sign in
 ├─ Forbidden       403  ask somebody with the right role
 ├─ NotFound        404  the id is unknown, stale or forged
 ├─ Conflict        409  the state has moved on; read it again
 ├─ TooLarge        413  send less
 ├─ TooMany         429  wait ``retry_after`` seconds
 └─ Away            503  something behind the desk does not answer; try again
"""

from __future__ import annotations


class DeskError(Exception):
    """A refusal with its sentence; ``code`` is a short word for programs."""

    status = 400
    code = "bad_request"

    def __init__(self, sentence: str, *, code: str = "", retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).code
        self.retry_after = retry_after


class BadRequest(DeskError):  # noqa: N818 - named after HTTP's own words, here and below
    """The request makes no sense as it stands."""


class NotSignedIn(DeskError):  # noqa: N818
    """Nobody is signed in, or the session is over."""

    status, code = 401, "not_signed_in"


class Forbidden(DeskError):  # noqa: N818
    """Signed in, but not allowed."""

    status, code = 403, "forbidden"


class NotFound(DeskError):  # noqa: N818
    """No such thing."""

    status, code = 404, "not_found"


class Conflict(DeskError):  # noqa: N818
    """The thing exists, but what is asked does not fit its state."""

    status, code = 409, "conflict"


class TooLarge(DeskError):  # noqa: N818
    """More bytes than anybody needs."""

    status, code = 413, "too_large"


class TooMany(DeskError):  # noqa: N818
    """Too often."""

    status, code = 429, "too_many"


class Away(DeskError):  # noqa: N818
    """The ledger, the carrier or the floor does not answer."""

    status, code = 503, "away"
