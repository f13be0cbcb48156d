"""A caller in its own process: dials the hotline over real SIP and RTP, speaks, listens and judges what it heard."""
