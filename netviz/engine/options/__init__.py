"""Every option of a run, declared once: its help, its range and when it takes effect.

What obeys an option lives elsewhere (`training`, `network`, `datasets`); no torch in here.
"""
