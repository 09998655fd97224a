"""What both ends of the wire agree on: values, bodies, frames.

Readers keep values they do not know and ignore fields they do not know, so an older client
survives a newer server. Writers (`*Draft`, `*Update`, `*Create`, commands) refuse what the
contract does not list. Nothing here does I/O or reads a clock.
"""
