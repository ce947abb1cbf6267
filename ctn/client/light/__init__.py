"""The light client: what someone believes who holds a trust root and no state (engine.md 15).

`comet` reads what CometBFT prints and hashes it as CometBFT does; `verify` says when one header
follows from another; `client` walks from the trust root to the header that proves a record. It is
here and not in the kernel, because checking a signature needs `ctn.crypto`, and not in the node,
because those who need it (SDK, commands, whoever checks a file) have no node.
"""
