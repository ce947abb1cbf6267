"""Hashes, signatures and their domain tags; knows nothing of the ledger.

Verification raises a class of `errors.py` and never returns False, so that a
forgotten result cannot pass for a valid signature.
"""
