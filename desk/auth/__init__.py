"""Sign-in: accounts, sessions, API keys, roles, and the gate that every route stands behind."""

from desk.auth.gate import Gate, Me, Require
from desk.auth.roles import Account, Role

__all__ = ["Account", "Gate", "Me", "Require", "Role"]
