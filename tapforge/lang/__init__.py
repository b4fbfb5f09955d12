"""The Terraform language as Python values. Knows no provider."""
