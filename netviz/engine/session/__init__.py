"""Commands in, events out: prepares runs, trains them, and handles commands between two batches.

The top of the engine: it uses every other room, and no other room uses it.
"""
