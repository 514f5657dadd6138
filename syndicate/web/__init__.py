"""The HTTP side: addresses to verbs, verbs' answers to responses. Knows service, settings, core.

A view reads the request, calls one service function, answers. All headers are set in `headers`, all
refusals get their status in `errors`. Nothing under `/private/` redirects.
"""
