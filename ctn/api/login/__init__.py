"""Login by a wallet: who asks is shown by a signature, and a session remembers it (people.md 12).

A session authorises reading and keeping what is private to an account. It never authorises a
transaction: value moves by signature only.
"""
