"""AWS infrastructure as typed Python values that become plain Terraform JSON modules."""

__version__ = "0.1.0"
