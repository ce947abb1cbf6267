"""The client of the network, off the ledger."""
