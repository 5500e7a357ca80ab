"""What crosses the thread: commands, events, observations, and plain arithmetic on them.

Frozen dataclasses of numbers and numpy arrays; no torch, and nothing that trains or draws.
"""
