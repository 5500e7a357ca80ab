"""What is trained: networks built from a plan, read from a Python file, described and frozen.

How they are trained belongs in `training`, what is measured on them in `probes`.
"""
