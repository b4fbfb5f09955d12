"""Workload: what Python itself costs."""
