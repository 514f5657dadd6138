"""What we go and get from outside, under guard: addresses and folders. The only room that opens connections.

Knows settings.
"""
