"""The next training step, traced line by line on a copy of the run."""
