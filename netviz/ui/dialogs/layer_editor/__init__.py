"""The dialog in which a network is put together layer by layer."""
