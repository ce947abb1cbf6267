"""The platform's doors: REST and the market feed under /api/v1, the contract at /openapi.json.

The API holds no truth and no keys. It asks the engine over `<home>/run/node.sock`, says of each
answer at which height it stood, and refuses by the same classes as the ledger.
"""
