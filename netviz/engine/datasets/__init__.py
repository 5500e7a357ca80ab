"""The data sets: what exists (`catalogue`), how to get it (`download`), how to read it (`load`)."""
