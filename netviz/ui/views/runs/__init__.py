"""The tab Runs: all runs of this session side by side, each to be gone on with."""
