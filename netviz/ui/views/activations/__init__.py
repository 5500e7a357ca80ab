"""The tab Activations: what each layer makes of one image."""
