"""What is watched: the figures, the signs and the ends that an operator should know of.

It stands on the verbs beside this room; of these, the worker alone knows it.
"""
