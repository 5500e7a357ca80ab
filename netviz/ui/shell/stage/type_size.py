"""The smallest letters of the stage."""

CAPTION_PX = 11
"""In the design's pixels; the scale of the stage follows from it."""
