"""A real IR Central backend, small enough to bundle."""
