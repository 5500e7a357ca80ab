"""The report of a run: one HTML file that holds all of it, opens anywhere and prints well.

`gathering` reads the run, `contents` is what it finds, `page` writes it. The figures are SVG
made of arrays (`chart`), or PNG (`pictures`).
"""
