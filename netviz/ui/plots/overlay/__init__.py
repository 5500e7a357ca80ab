"""Several runs over each other in one plot, in any metric; it is told of them."""
