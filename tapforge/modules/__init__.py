"""Reusable modules: each a function over declared inputs, rendered to ``modules/<name>/``."""
