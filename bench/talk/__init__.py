"""Turn-taking at the caller's ear."""
