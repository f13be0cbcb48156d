"""Read models of calls, built from the ledger alone."""
