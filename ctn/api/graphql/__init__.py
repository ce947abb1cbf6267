"""GraphQL: one schema made from records, events and tables, read at one height per request.

Limits come before validation, one mutation hands in a signed envelope, and subscriptions tell what
each block changed (thallo.md 4).
"""
