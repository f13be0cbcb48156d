"""The sandbox carrier 云雀快递: an invented courier company that runs with nothing installed.

It is a separate HTTP service with its own database; the hotline reaches it like any carrier.
"""

CARRIER = "yunque"
CARRIER_NAME = "云雀快递"
WAYBILL_PREFIX = "YQ"
