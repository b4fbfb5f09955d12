"""What users' tests use: strategies that draw environments, and examples of every model."""
