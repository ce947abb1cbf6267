"""CometBFT as the program that orders the blocks of a network (engine.md 12, 14, 20).

`files` writes what it reads, `supervisor` runs it beside the application, `rpc` asks it on
loopback, `network` lays out validators on one machine, `running` knows their processes, `repair`
puts a node right that went wrong.
"""
