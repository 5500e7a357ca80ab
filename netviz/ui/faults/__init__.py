"""What keeps the window alive: exception hooks, guarded event handlers, the crash's trace.

Sentences for the user belong in `presenters`; here faults are caught and kept.
"""
