"""How a command that failed says so: one line on stderr, one exit code, one object for `--json`."""

import sys
from collections.abc import Callable
from typing import Any

from typer import Abort, Exit, TyperException

from ctn.cli.terminal import OPTIONS, UNREACHABLE, Refused, Trouble, json_line

REFUSED = 1
INTERRUPTED = 130


def guarded(work: Callable[[], int]) -> int:
    """The exit code of some work; what it raises is said, and bugs pass."""
    try:
        return work()
    except Exit as ended:
        return ended.exit_code
    except (Abort, KeyboardInterrupt):
        return INTERRUPTED
    except TyperException as error:
        return _say(f"usage: {error.format_message()}", error.exit_code)
    except Trouble as trouble:
        return _say(str(trouble), trouble.code)
    except Refused as refused:
        return _say_refused(refused)
    # The tuple is made only when something was raised, so a good start imports none of it.
    except _kinds_below() as error:
        return _say_below(error)


def _kinds_below() -> tuple[type[Exception], ...]:
    """What the rooms below raise for good reasons."""
    from ctn.kernel.proof import ProofInvalid
    from ctn.kernel.refusal import Refusal
    from ctn.node.door_client import EngineRefused
    from ctn.node.replay import ReplayDiffers
    from ctn.node.stops import Stop
    from ctn.wallet.keystore import KeystoreError

    return (Refusal, EngineRefused, Stop, KeystoreError, ReplayDiffers, ProofInvalid, OSError)


def _say_below(error: Exception) -> int:
    from ctn.kernel.refusal import Refusal
    from ctn.node.door_client import EngineRefused
    from ctn.node.stops import Stop
    from ctn.wallet.keystore import KeystoreError

    if isinstance(error, EngineRefused):
        return _say_refused(Refused(error.code, error.sentence, error.facts))
    if isinstance(error, Refusal):
        return _say_refused(refused_by(error))
    if isinstance(error, Stop):
        return _say(str(error), error.code)
    if isinstance(error, ConnectionError):
        return _say(f"{error}; ctn run starts a node", UNREACHABLE)
    if isinstance(error, KeystoreError):
        return _say(f"{type(error).__name__}: {type(error).__doc__}", REFUSED)
    if isinstance(error, OSError):
        return _say(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), REFUSED)
    return _say(f"{type(error).__name__}: {error}", REFUSED)


def refused_by(refusal: Any) -> Refused:
    """A refusal that was raised here, as one that the ledger answered."""
    stated: str | None = getattr(refusal, "sentence", None)  # one that only a server knew
    sentence = stated or (type(refusal).__doc__ or "").strip().split("\n", 1)[0]
    return Refused(refusal.code, sentence, refusal.facts)


def _say_refused(refused: Refused) -> int:
    facts = "".join([f" {name}={value}" for name, value in refused.facts.items()])
    print(f"refused {refused.code}: {refused.sentence}{facts}", file=sys.stderr)
    _say_json(
        {"refused": refused.code, "sentence": refused.sentence, "facts": refused.facts}
    )
    return REFUSED


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    _say_json({"error": sentence, "exit": code})
    return code


def _say_json(result: dict[str, Any]) -> None:
    found = OPTIONS.get(None)
    if found is not None and found.is_json:
        print(json_line(result), flush=True)
