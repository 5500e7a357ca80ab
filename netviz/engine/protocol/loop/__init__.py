"""The next training step in every detail, its lines of code, and its arithmetic by hand.

Free of torch: what is computed here is computed with plain numbers, to be compared with torch's.
"""
