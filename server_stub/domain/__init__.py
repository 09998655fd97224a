"""The server's rules without its machinery: pure functions and small state holders."""
