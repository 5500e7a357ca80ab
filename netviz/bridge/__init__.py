"""Qt, but no widgets: carries commands to the training thread and its events back."""
