"""The tab of the learning rate."""
