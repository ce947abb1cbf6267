"""Drivers of the machine: the store, the embedded engine, its doors, export and repair.

The machine says what a block does; a driver decides which block comes next, keeps it through a
power cut, and answers questions. Nothing here changes a rule.
"""
