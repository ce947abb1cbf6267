"""Proofs of our state tree as ICS-23 writes them: ProofOps of type `ics23:smt`."""

from collections.abc import Callable

from ctn.kernel.commitment import Absence, Membership
from ctn.node.abci.pb.abci_pb2 import ProofOp, ProofOps
from ctn.node.abci.pb.ics23_pb2 import (
    NO_PREFIX,
    SHA256,
    CommitmentProof,
    ExistenceProof,
    InnerOp,
    LeafOp,
    NonExistenceProof,
)

TYPE = "ics23:smt"
LEAF = LeafOp(hash=SHA256, prehash_key=SHA256, prehash_value=SHA256, length=NO_PREFIX, prefix=b"\0")

Read = Callable[[bytes], bytes | None]


def proof_ops(key: bytes, proof: Membership | Absence, read: Read) -> ProofOps:
    """A proof in CometBFT's envelope; `read` gives the values of the keys that it names."""
    if isinstance(proof, Membership):
        written = CommitmentProof(exist=_existence(proof, read))
    else:
        absent = NonExistenceProof(key=key)
        if proof.left is not None:
            absent.left.CopyFrom(_existence(proof.left, read))
        if proof.right is not None:
            absent.right.CopyFrom(_existence(proof.right, read))
        written = CommitmentProof(nonexist=absent)
    return ProofOps(ops=[ProofOp(type=TYPE, key=key, data=written.SerializeToString())])


def _existence(found: Membership, read: Read) -> ExistenceProof:
    value = read(found.key)
    assert value is not None
    steps = [InnerOp(hash=SHA256, prefix=step.prefix, suffix=step.suffix) for step in found.path]
    return ExistenceProof(key=found.key, value=value, leaf=LEAF, path=steps)
