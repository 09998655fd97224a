"""What users' type checkers see of the SDK: checked by mypy, never run."""
