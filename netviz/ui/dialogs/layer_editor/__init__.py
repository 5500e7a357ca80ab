"""The dialog that builds a network layer by layer."""
