"""What the developer's commands do; standard library alone, so that a fresh clone can start.

`python` finds an interpreter, `environment` makes .venv, `locks` keeps the pinned lists, `web`
builds the pages, `parts` runs the tests, `table` prints what they said, `bench` collects published
numbers.
"""
