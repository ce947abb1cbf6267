"""What the signing room refuses beside what the ledger would."""

from ctn.api.refusals import DoorRefusal


class RoomFull(DoorRefusal):
    """As much waits as the room keeps for one account, or for one of its keys."""

    status = 409
    code = "room_full"


class OneSigner(DoorRefusal):
    """One key signs for this account, so there is nobody to wait for."""

    status = 422
    code = "one_signer"


class OtherSender(DoorRefusal):
    """The transaction is of another account than the one that is logged in."""

    status = 422
    code = "other_sender"


class NotYours(DoorRefusal):
    """Another signer put this up; who put it up withdraws it."""

    status = 403
    code = "not_yours"
