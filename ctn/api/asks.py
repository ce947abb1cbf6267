"""The forms of path and query parameters that the reading doors take."""

from typing import Annotated, Final, Literal

from fastapi import Path, Query

# No text in PostgreSQL may hold it, so none that is asked for does.
NUL: Final = "\0"
NO_NUL: Final = "a text without NUL"

Name = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9._:-]{0,95}$", description="Id")]
Address = Annotated[str, Path(pattern="^ctn1[a-z0-9]{38}$", description="Address of an account")]
SerialText = Annotated[str, Path(min_length=1, max_length=253, description="Serial or range")]
Limit = Annotated[str, Query(pattern="^[1-9][0-9]{0,18}$", description="Items on the page")]
Cursor = Annotated[
    str, Query(pattern="^[A-Za-z0-9_-]{0,1024}$", description="`next` of the page before")
]
At = Annotated[
    str, Query(max_length=40, description="Height, YYYY-MM-DD (UTC+8) or a time of RFC 3339")
]
Rows = Annotated[str, Query(pattern="^([1-9][0-9]{0,4})?$", description="Rows, at most 10,000")]
Number = Annotated[str, Query(pattern="^(0|[1-9][0-9]{0,18})?$", description="A number")]
Milliseconds = Annotated[
    str, Query(pattern="^(0|[1-9][0-9]{0,18})?$", description="Unix time in ms")
]
Filter = Annotated[str, Query(pattern="^[A-Za-z0-9._:-]{0,96}$", description="Only these")]
Words = Annotated[
    str,
    Query(
        min_length=1,
        max_length=128,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="What is looked for",
    ),
]
Free = Annotated[
    str, Query(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$", description="Only these")
]
Country = Annotated[str, Query(pattern="^([A-Z]{2})?$", description="ISO 3166-1 alpha-2")]
Year = Annotated[str, Query(pattern="^([0-9]{4})?$", description="Year in UTC")]
Interval = Literal["1m", "5m", "15m", "1h", "4h", "1d"]
Series = Literal["counted", "block", "auction", "pool", "correction"]
Key = Annotated[
    list[str],
    Query(min_length=1, max_length=32, description="`<table>/<id>`, up to 32 times"),
]
