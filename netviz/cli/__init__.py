"""The command line: opens the window, trains without it, lists and fetches data sets."""
