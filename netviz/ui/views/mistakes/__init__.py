"""The tab Mistakes: the test images that the network gets wrong, and each in detail."""
