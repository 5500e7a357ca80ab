"""Arithmetic and painting that any chart needs: ticks, axes, smoothing, downsampling.

Knows no run and no data; charts of something are in `plots` and `views`.
"""
