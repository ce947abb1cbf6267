"""Certificates of retirement, for people and for machines.

The facts are joined once (`facts.py`) from the record and those that it names, and every form is
made from them: the page that works without scripts, the PDF, the JSON. The proof file holds the
records themselves. So no form can say other grams, serials or dates than another (registry.md 8).
"""
