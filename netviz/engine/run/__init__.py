"""A run with its record: every loss, measurement and change, and the states to go back to.

How it is written to files belongs in `storage`, when it trains in `session`.
"""
