"""What a learning rate would do: tried on copies of a run, which itself stays as it is."""
