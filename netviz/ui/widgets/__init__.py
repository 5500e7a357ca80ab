"""Small widgets that any room may use and that know no run: cards, buttons, image grids.

A widget that only one room uses belongs in that room.
"""
