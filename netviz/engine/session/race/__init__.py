"""A race: several runs that are trained in turn, each as it would be by itself."""
