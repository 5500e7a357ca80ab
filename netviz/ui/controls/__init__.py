"""The panel of settings: one editor for each option, the rate's slider, what waits for Reset.

They show what they are told and emit what was asked for; the controller decides and remembers.
"""
