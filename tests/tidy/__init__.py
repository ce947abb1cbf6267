"""The house rules of the architecture, as code that reads the syntax tree of our sources."""
