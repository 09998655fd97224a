"""Widgets that paint lines of the model; none of them knows the server."""
