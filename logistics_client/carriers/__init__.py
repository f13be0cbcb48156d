"""Carriers and aggregators behind one port: each module signs, asks and reads one carrier's interface."""
