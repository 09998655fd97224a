"""The steps from one schema to the next, run when the server starts."""
