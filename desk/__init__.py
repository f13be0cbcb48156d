"""What people see: sign-in, agent desk, replay; it acts on live calls only by commands through the ledger."""
