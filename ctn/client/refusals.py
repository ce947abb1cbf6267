"""The classes of refusals by their stable names: a client raises what the ledger raised."""

from typing import Any, get_args

from ctn.kernel import refusal
from ctn.kernel.refusal import Refusal, refusal_code
from ctn.modules import AnyOp
from ctn.modules.identity.reads import AuthorityMayNotTrade


class RefusalError(Refusal):
    """A refusal whose class this client does not know, such as one of a door."""

    def __init__(self, name: str, sentence: str, facts: dict[str, Any]) -> None:
        super().__init__(**facts)
        self.name = name
        self._sentence = sentence

    @property
    def code(self) -> str:
        """Stable name `<module>.<code>`, as the server gave it."""
        return self.name

    @property
    def sentence(self) -> str:
        """The sentence that the server gave."""
        return self._sentence


def refusal_kinds() -> list[type[Refusal]]:
    """Every refusal class that a transaction can meet: the kernel's, then by operation."""
    found: dict[type[Refusal], None] = {
        kind: None
        for kind in vars(refusal).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    }
    found[AuthorityMayNotTrade] = None
    for op in get_args(AnyOp):
        found.update(dict.fromkeys(op.refuses))
    return list(found)


def refusal_of(name: str, sentence: str, facts: dict[str, Any]) -> Refusal:
    """The refusal of a stable name `<module>.<Class>`; RefusalError for a name unknown here.

    `sentence` is used only when the class is unknown; `facts` are those that the ledger gave.
    """
    for kind in refusal_kinds():
        if refusal_code(kind) == name:
            return kind(**facts)
    return RefusalError(name, sentence, facts)
