"""Text for speech: what is written becomes what a Chinese agent would say, and how it is pronounced."""

from tts.text.spoken import spoken

__all__ = ["spoken"]
