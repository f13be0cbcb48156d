"""Turn-taking on real sound in virtual time."""
