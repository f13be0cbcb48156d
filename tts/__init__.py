"""Chinese speech: text for speech, voices behind one port, and the phrase cache."""
