"""Rules: one check each, run over resources whatever they came from."""
