"""The tab Confusion: which class is taken for which."""
