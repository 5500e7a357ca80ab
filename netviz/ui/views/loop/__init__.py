"""The tab of the training loop: its lines with their values, and the arithmetic by hand."""
