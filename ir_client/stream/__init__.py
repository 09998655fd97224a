"""The live half of the SDK: what the server pushes, kept whole over every gap."""
