"""The running hotline: one pipeline per call, turn-taking, effects, and the ``hotline`` command."""
