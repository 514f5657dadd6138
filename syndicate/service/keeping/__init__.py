"""What is kept and what is let go: backups, retention, the purge.

It stands on the verbs beside this room; of these, the worker alone knows it.
"""
