"""What the digits of a number tell: carrier formats and check digits."""

from logistics_client.numbers.formats import Candidate, candidates, cleaned, completed_waybill
from logistics_client.numbers.s10 import check_digit, is_s10

__all__ = ["Candidate", "candidates", "check_digit", "cleaned", "completed_waybill", "is_s10"]
