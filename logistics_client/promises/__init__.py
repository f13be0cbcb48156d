"""Promise clocks: by when a process answers, as a function of kind, outlet hours, calendar and bulletins."""

from logistics_client.promises.deadline import PromiseBook, PromiseRule, due_at, promise_for
from logistics_client.promises.file import read_promises

__all__ = ["PromiseBook", "PromiseRule", "due_at", "promise_for", "read_promises"]
