"""A run in another form: a plain PyTorch script, TorchScript, ONNX.

What NetViz itself can open again belongs in `storage`.
"""
