"""Understanding the caller and leading the call: pure, no I/O, no asyncio, no pipecat."""
