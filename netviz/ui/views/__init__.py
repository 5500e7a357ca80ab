"""The tabs below the plots, each in a folder or a file of its own; no tab imports another.

What several tabs share is here (`page`, `layer_menu`); what other rooms use too is in `widgets`.
"""
