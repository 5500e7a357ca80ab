"""The panel of settings: an editor for each option, the learning rate's slider, pending changes.

They show the settings and emit the user's changes; the controller decides and remembers.
"""
