"""The embedded voice: espeak-ng 1.52 in a child process, fed with tone-numbered pinyin."""
