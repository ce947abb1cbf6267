"""Why a node stops: each reason has a name, a sentence and an exit code that a supervisor reads."""


class Stop(OSError):
    """The node must not go on.

    It is an error of this machine, so no draft may catch it as if it were a bug of an operation.
    """

    code = 70

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.reason}"


class Halted(Stop):
    """Something failed outside a draft; going on could make this node differ from others."""

    code = 70


class StateCorrupt(Stop):
    """A stored value does not match its hash, or the records do not make the stored root."""

    code = 65


class StateRolledBack(Stop):
    """The state is older than one that this node has already acknowledged."""

    code = 65


class UpgradeNeeded(Stop):
    """The next block is for another version of the ledger than this program is."""

    code = 3


class WrongBlock(Stop):
    """The maker of an embedded chain published a block that its rules do not make."""

    code = 70


class WriteFailed(Stop):
    """A commit or fsync failed; nothing after it was acknowledged."""

    code = 74


class HomeInUse(Stop):
    """Another process holds the lock of this home."""

    code = 75


class BadConfig(Stop):
    """The configuration, genesis or home is not usable."""

    code = 78


class CometBFTNotFound(Stop):
    """The engine `abci` needs the program CometBFT at its one version."""

    code = 78


class ConsensusFailed(Stop):
    """CometBFT found what it cannot go on with: a root unlike the chain's, or a bug."""

    code = 70
