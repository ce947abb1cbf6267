"""Admit a declared validator, by decision of the council: stake secures little in money."""

from typing import ClassVar

from ctn.kernel.account import Threshold, Track
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.identity.records import OWNER_ACCOUNTS_MAX
from ctn.modules.staking.reads import OwnerHasValidator, other_of_owner
from ctn.modules.staking.records import (
    ADMITTED,
    DECLARED,
    OPERATORS_MAX,
    TOMBSTONED,
    Stakes,
    Validator,
)


class OperatorNotDeclared(Refusal):
    """The operator has declared no validator, or the council decided on it before."""


class TooManyOperators(Refusal):
    """There are 200 admitted operators already."""


class ValidatorAdmitted(Event, frozen=True):
    """The council admitted the validator of `operator`."""

    operator: str


class Admit(Op, frozen=True, tag="staking.admit"):
    """Let the operator of a declared validator bond credits."""

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Validator,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        OperatorNotDeclared,
        OwnerHasValidator,
        TooManyOperators,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (ValidatorAdmitted,)

    operator: Address

    @property
    def work(self) -> int:
        """The accounts of the owner."""
        return WORK + OWNER_ACCOUNTS_MAX

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by declaration, owner and number, then admit."""
        validator = ledger.get(Validator, self.operator)
        if validator is None or validator.status != DECLARED:
            raise OperatorNotDeclared(operator=self.operator)
        # Owners may have become one since both declared.
        other = other_of_owner(ledger, self.operator, ADMITTED, TOMBSTONED)
        if other is not None:
            raise OwnerHasValidator(operator=other)
        if len(ledger.index(Stakes).admitted()) >= OPERATORS_MAX:
            raise TooManyOperators(most=OPERATORS_MAX)

        ledger.put(validator.replace(status=ADMITTED, admitted=ledger.block.time))
        ledger.emit(ValidatorAdmitted(self.operator))
