"""The demo world: an invented cast that trades copies of real registry rows at simulated prices.

Everything in it is done by signed transactions through the ordinary door. Agents are functions of
a seed, a step and what they read, so the same seed makes the same chain on every machine.
"""
