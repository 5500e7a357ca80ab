"""The user's own pictures as a data set.

Listed from a folder or a CSV file, checked, peeked at for the dialog, and read.
"""
