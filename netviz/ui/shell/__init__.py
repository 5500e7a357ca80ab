"""The main window and what surrounds its parts: bars, menus, tabs, settings kept on disk.

It composes widgets and connects none of them to the training; that is for `presenters`.
"""
