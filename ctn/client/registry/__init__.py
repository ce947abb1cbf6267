"""Registry files of other standards: layouts, reading, checks, report, mirror, watch list."""
