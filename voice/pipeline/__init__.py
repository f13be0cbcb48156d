"""The pipecat pipeline of one call: transport, VAD, recogniser, turns, dialogue, voice."""
