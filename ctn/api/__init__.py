"""The platform's HTTP doors: REST under /api/v1, and its contract at /openapi.json.

The API holds no truth and no keys. It asks the engine over `<home>/run/node.sock`, says of each
answer at which height it stood, and refuses by the same classes as the ledger.
"""
