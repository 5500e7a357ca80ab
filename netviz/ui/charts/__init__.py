"""Axes that any chart needs, as items and as painting; their arithmetic is in `engine.curves`.

Knows no run and no data; charts of something are in `plots` and `views`.
"""
