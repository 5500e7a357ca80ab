"""The stage: the window as a class sees it from the last row, one thing at a time."""
