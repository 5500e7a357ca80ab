"""The tab Weights: how the parameters of each layer are spread, now and over the steps."""
