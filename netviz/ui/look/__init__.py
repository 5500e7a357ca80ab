"""How everything looks: colours, type, icons, the style sheet. Imports nothing else of `ui`.

Widgets belong elsewhere, even those that only show a colour.
"""
