"""What the views show, computed from a network without disturbing it.

A probe leaves weights, gradients, random state and mode of the network as it found them and
returns numpy copies.
"""
