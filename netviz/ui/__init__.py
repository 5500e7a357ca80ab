"""Widgets: they draw what they are given and emit what the user did."""
