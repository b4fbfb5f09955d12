"""From a provider's schema, as `terraform providers schema -json` writes it, to a package of models."""
