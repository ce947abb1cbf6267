"""Accounts: who can sign, who pays their fees, and the one door of outgoing value.

A key account needs no opening. Any account may become a multisig account, keeping its address;
`open_multisig` makes a new address. A sponsor pays the network fees of another account, so a
newcomer can act before holding anything (white paper 2.2, 4.1; `engine.md` 3, 21).
"""

from ctn.kernel.invariant import Invariant
from ctn.kernel.record import Record
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.records import Guard, Sponsorship
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import Unsponsor

Ops = OpenMultisig | SetSigners | Sponsor | Unsponsor
RECORDS: tuple[type[Record], ...] = (Guard, Sponsorship)
INVARIANTS: tuple[Invariant, ...] = ()
