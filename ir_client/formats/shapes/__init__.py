"""The shapes that records come in: JSON, tables (CSV, Zeek), lines of text (CEF, LEEF, syslog).

Each module knows one shape: whether something is written in it, and how it becomes a record, a
dict of JSON values. `records` decides which of them reads on at a place of a stream.
"""
