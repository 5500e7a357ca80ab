"""Windows of their own that are opened for one task and closed again."""
