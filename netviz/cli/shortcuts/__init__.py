"""NetViz in the desktop's menu: one module for each kind of system.

Nothing in here asks which system it runs on: each module writes into folders that it is given, so
that every one of them can be tried on any system.
"""
