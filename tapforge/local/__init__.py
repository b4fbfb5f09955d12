"""Runs on this machine: Terraform itself, the offline plan, and the embedded AWS."""
