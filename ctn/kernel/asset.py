"""An asset is what can be held: money, a batch of credits, a pool share.

For every asset the sum of all balances is zero at all times: what is issued stands negative in
the contra account `issued:<asset>`, what is gone for good in `retired:<asset>` and its kin.
"""

MONEY_UNIT = 10_000
GRAMS_PER_TONNE = 1_000_000
ENDED = ("retired:", "cancelled:", "surrendered:", "invalidated:")


def issued(asset: str) -> str:
    """The contra account that carries minus what was issued."""
    return "issued:" + asset


def retired(asset: str) -> str:
    """The account that collects what is retired for good."""
    return "retired:" + asset


def balance_id(account: str, asset: str) -> str:
    """The id of a balance record: the account, a slash, the asset."""
    return account + "/" + asset


def split_balance_id(place: str) -> tuple[str, str]:
    """Account and asset of a balance id; neither holds a slash."""
    account, _, asset = place.partition("/")
    return account, asset
