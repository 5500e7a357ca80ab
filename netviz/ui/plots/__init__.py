"""Plots of the run over its steps: loss, accuracy, learning rate, and what surrounds them.

They know `RunRecord` and the engine's protocol; charts of one layer or class are in `views`.
"""
