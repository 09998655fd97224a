"""What `ir-console ingest` is made of, in the order in which a record passes through it.

`files` opens what is read, `tailing` follows it as it grows, `reading` makes spans of it in a
thread, `spans` says what a span and its requests are, `sending` sends them, `checkpoints` and
`rejects` keep what must outlive the run, `tally` counts, `telling` says it.
"""
