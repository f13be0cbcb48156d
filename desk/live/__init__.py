"""The agent's live side: what is pushed to the page, and what the page asks of calls."""
