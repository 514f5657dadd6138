"""What is watched: the figures, the signs and the ends that an operator should know of."""
