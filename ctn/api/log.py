"""The platform's log: one JSON object a line on stderr; never a key or a personal field."""

import json
import sys
import time


def log(event: str, **fields: object) -> None:
    """Write one line; control characters are escaped by the encoding."""
    row = {"time": time.time_ns() // 1_000_000, "event": event} | fields
    print(json.dumps(row, ensure_ascii=True, default=str), file=sys.stderr, flush=True)
