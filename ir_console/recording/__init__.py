"""Streams that are kept in a file, and played again.

`lines` is the format, `recorder` writes it, `player` is a server that plays it to the console.
"""
