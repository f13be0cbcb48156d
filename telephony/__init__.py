"""A call's audio and signalling: SIP endpoint, audio hub, recorder, bridge, admission and a raw SIP client.

The room imports nothing of ours. Start at :mod:`telephony.ports`; `docs/telephony.md` draws the data flow.
"""
