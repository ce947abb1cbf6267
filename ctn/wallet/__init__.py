"""Keys on the user's own machine: kept under a password, used to sign, never sent.

No server receives a seed, a key or a password. The page and the command line write
and read the same files.
"""
