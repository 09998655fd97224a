"""The console in a terminal: widgets over the pure model, and what the keys do."""
