"""A run in files: the run folder, the autosave, weights; written whole, read with suspicion.

Other forms that nobody opens again in NetViz (scripts, ONNX) belong in `export`.
"""
