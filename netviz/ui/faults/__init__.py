"""Catches what goes wrong in the program: exception hooks, guarded event handlers, crash traces.

What is shown to the user about it belongs in `presenters`.
"""
