"""The voices that can speak a sentence: espeak-ng, edge-tts and any OpenAI-style endpoint."""
