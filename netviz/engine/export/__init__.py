"""A run in another form: a plain PyTorch script, its metrics, its weights, ONNX.

What NetViz itself can open again belongs in `storage`.
"""
