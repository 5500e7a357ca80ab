"""The tab Network: every layer, its shape, and what of it is frozen."""
