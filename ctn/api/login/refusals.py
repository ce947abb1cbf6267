"""Why a login is refused (people.md 16)."""

from ctn.api.refusals import DoorRefusal


class LoginRequired(DoorRefusal):
    """This needs a login: the token of a session whose key still signs for the account."""

    status = 401
    code = "login_required"


class LoginMessageRefused(DoorRefusal):
    """The signed text is no login: `field` is the line that is wrong."""

    status = 401
    code = "bad_message"


class WrongDomain(DoorRefusal):
    """The signed text is for another site."""

    status = 401
    code = "wrong_domain"


class WrongLoginChain(DoorRefusal):
    """The signed text is for another chain."""

    status = 401
    code = "wrong_chain"


class NonceUsed(DoorRefusal):
    """The nonce was used already, or never given to this page."""

    status = 401
    code = "nonce_used"


class LoginExpired(DoorRefusal):
    """The signed text has expired."""

    status = 401
    code = "expired"


class LoginSignatureBad(DoorRefusal):
    """The signature of the login does not hold for the key."""

    status = 401
    code = "bad_signature"


class NotSigner(DoorRefusal):
    """The key is no unlimited signer of this account, or the account is closed."""

    status = 401
    code = "not_signer"
