"""The REST half of the SDK: one transport, and the calls grouped by what they are about."""
