"""Where alerts and all that is known of them are kept.

`database` runs work: writes one after another in one thread, grouped into commits; reads side by
side, each on one snapshot. The other modules say what the work is: functions that take the
connection of a transaction, so that a caller composes one transaction of several, and a class
per kind of record with the reads that stand alone.
"""
