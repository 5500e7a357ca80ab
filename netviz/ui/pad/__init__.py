"""The drawing pad and the network's prediction of the drawing.

What shows predictions of the data set's own images is in `views`.
"""
