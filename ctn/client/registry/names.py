"""Names as they are compared: without case, accents, punctuation and the order of words."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65_536)
def words_of(name: str) -> str:
    """Give the words of a name in one order, "" when it has none."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        [sign if sign.isalnum() else " " for sign in decomposed if not unicodedata.combining(sign)]
    )
    return " ".join(sorted(letters.split()))
