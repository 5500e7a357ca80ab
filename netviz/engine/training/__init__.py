"""The one training step and its parts: batches, loss, optimizer, schedule, device, snapshot.

`Trainer` knows no commands, no events and no files; what a run remembers belongs in `run`.
"""
