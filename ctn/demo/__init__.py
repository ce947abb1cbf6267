"""The demo world: its cast, its agents and its sample rows."""
