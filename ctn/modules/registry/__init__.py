"""Credits from project to retirement: projects, batches, serials, bridges."""
