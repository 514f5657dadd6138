"""The demo: a day of a made-up wire agency with its contracts, shifted so that its "now" is the start.

Knows service and below. Its data (`wire/`, `folder/`) was written for this project.
"""
