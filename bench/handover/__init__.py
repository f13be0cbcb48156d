"""Hand-overs under load and under random behaviour: in virtual time, and over real sound."""
