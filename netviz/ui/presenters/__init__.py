"""Connect the window to the controller: what the user did goes in, what happened comes out.

They paint nothing and keep no state of the run.
"""
