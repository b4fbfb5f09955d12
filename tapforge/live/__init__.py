"""Asks an AWS, emulated or real, whether a system is what it should be, and what is left of it."""
