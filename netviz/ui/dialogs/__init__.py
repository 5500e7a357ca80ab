"""Windows of their own that are opened for one task and closed again.

What only tells the user something belongs in the message bar: no dialog stops a demonstration.
"""
