"""The ABCI engine: CometBFT v0.38.25 orders the blocks, and asks this application by ABCI 2.0.

Everything of one node happens on one loop thread, so the machine has one writer as under the
embedded engine. Nothing is persisted before Commit; a bug ends the process (engine.md 12).
"""
