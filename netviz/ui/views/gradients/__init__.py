"""The tab Gradients: gradient norms and update ratios of each layer over the steps."""
