"""The peers: what an agency could have instead, each a program of its own beside the service.

They do no more than the service does for a public feed or a repeated one: no gate, no receipts, no epoch.
"""
