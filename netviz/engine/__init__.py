"""The training engine: knows nothing of Qt and is usable from any script."""
