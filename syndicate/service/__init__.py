"""The verbs: taking in, publishing, contracts, the desk. The only room that commits.

Knows core, settings, inputs, outputs, store, net; nothing of the web or of the command line. Each act is
one transaction under the write lock.
"""
