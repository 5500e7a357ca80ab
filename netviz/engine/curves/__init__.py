"""The arithmetic of curves: round ticks, smoothing, and thinning to what pixels show; numpy only.

What paints them belongs in `ui.charts`, or in `export.report`.
"""
