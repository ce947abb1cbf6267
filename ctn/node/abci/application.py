"""The methods of ABCI 2.0 over one chain (engine.md 12)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from ctn.kernel.genesis import Genesis, genesis_hash
from ctn.kernel.refusal import Refusal
from ctn.node.abci import answers, proposals
from ctn.node.abci.chain import Chain
from ctn.node.abci.heights import Heights, ms_of
from ctn.node.abci.pb import abci_pb2 as pb
from ctn.node.abci.peers import is_banned
from ctn.node.abci.proofs import proof_ops
from ctn.node.abci.snapshots import Snapshots
from ctn.node.abci.updates import powers_of, update_rows
from ctn.node.maker import Made
from ctn.node.process import log
from ctn.node.requests import check_key
from ctn.node.stops import BadConfig, Halted, UpgradeNeeded

DATA = "ctn"
PROPOSERS_MAX = 1_000

Method = Callable[[Any], Coroutine[Any, Any, Any]]


class Application:
    """Answers CometBFT; all but Query without proof and snapshots runs on the loop thread."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.heights = Heights(chain.opened.founding.initial_height)
        self.snapshots = Snapshots(chain, self.heights)
        self.committed: Callable[[Made], None] | None = None
        # Told once the next block is for another version of the ledger.
        self.ended: Callable[[UpgradeNeeded], None] | None = None
        self._is_ended = False
        # How many proposals of each proposer were refused here since the start.
        self.rejected: dict[str, int] = {}
        self.checked: Callable[[bytes, Refusal | None], None] | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self._methods: dict[str, Method] = {
            "echo": self.echo,
            "flush": self.flush,
            "info": self.info,
            "check_tx": self.check_tx,
            "init_chain": self.init_chain,
            "prepare_proposal": self.prepare_proposal,
            "process_proposal": self.process_proposal,
            "extend_vote": self.extend_vote,
            "verify_vote_extension": self.verify_vote_extension,
            "finalize_block": self.finalize_block,
            "commit": self.commit,
            "query": self.query,
            "list_snapshots": self.list_snapshots,
            "load_snapshot_chunk": self.load_snapshot_chunk,
            "offer_snapshot": self.offer_snapshot,
            "apply_snapshot_chunk": self.apply_snapshot_chunk,
        }

    async def answer(self, request: pb.Request) -> pb.Response:
        """The answer to a request; anything raised is a bug or a reason to stop."""
        name = request.WhichOneof("value")
        assert name is not None
        found = await self._methods[name](getattr(request, name))
        return pb.Response(**{name: found})

    async def settled(self) -> None:
        """Wait until no block stands between FinalizeBlock and Commit: tree and state agree."""
        await self._settled.wait()

    # --- any connection

    async def echo(self, request: pb.RequestEcho) -> pb.ResponseEcho:
        """The same text."""
        return pb.ResponseEcho(message=request.message)

    async def flush(self, _request: pb.RequestFlush) -> pb.ResponseFlush:
        """At once: nothing is held back."""
        return pb.ResponseFlush()

    async def info(self, _request: pb.RequestInfo) -> pb.ResponseInfo:
        """Last committed height in CometBFT's count, its root, and the version."""
        head = self.chain.head
        return pb.ResponseInfo(
            data=DATA,
            app_version=head.app_version,
            last_block_height=self.heights.theirs(head.height),
            last_block_app_hash=bytes.fromhex(head.root),
        )

    # --- mempool

    async def check_tx(self, request: pb.RequestCheckTx) -> pb.ResponseCheckTx:
        """Checks 1 to 15 of what is new, 10 to 15 of what waits."""
        error: Refusal | None = None
        try:
            if request.type == pb.RECHECK:
                self.chain.admit_again(request.tx)
            else:
                self.chain.admit(request.tx)
        except Refusal as refusal:
            error = refusal
        if self.checked is not None:
            self.checked(request.tx, error)
        return answers.check_answer(error)

    # --- consensus

    async def init_chain(self, request: pb.RequestInitChain) -> pb.ResponseInitChain:
        """Check that CometBFT begins this chain; the first set, and the root of the genesis."""
        chain = self.chain
        self._check_genesis(request)
        chain.require_version()
        founders = powers_of(list(request.validators))
        answer = pb.ResponseInitChain(
            app_hash=bytes.fromhex(chain.head.root),
            consensus_params=answers.consensus_params(chain.head.app_version),
        )
        if not founders:
            founders = chain.staked_powers()
            if not founders and not chain.powers:
                raise BadConfig("neither CometBFT's genesis nor the records name a validator")
            answer.validators.extend(update_rows(founders or chain.powers))
        chain.founders = tuple(sorted(founders.items()))
        return answer

    def _check_genesis(self, request: pb.RequestInitChain) -> None:
        chain = self.chain
        if chain.head.height != chain.opened.founding.initial_height - 1:
            raise BadConfig("InitChain for a chain that has blocks: ctn node resync")
        if request.chain_id != chain.opened.chain.partition(":")[0]:
            raise BadConfig(f"CometBFT's genesis is of chain {request.chain_id}")
        if request.initial_height != 1:
            raise BadConfig("CometBFT's genesis: initial_height is 1 for every chain")
        try:
            genesis = msgspec.json.decode(request.app_state_bytes, type=Genesis)
        except msgspec.DecodeError as error:
            raise BadConfig(f"CometBFT's genesis: app_state: {error}") from None
        if genesis_hash(genesis).hex() != chain.opened.founding.genesis:
            raise BadConfig("CometBFT's genesis holds another app_state than genesis.json")

    async def prepare_proposal(
        self, request: pb.RequestPrepareProposal
    ) -> pb.ResponsePrepareProposal:
        """The block that this node proposes."""
        await self._unless_ended()
        self.chain.require_disk()
        txs = proposals.prepare(
            self.chain, request.txs, room=request.max_tx_bytes, header_ms=ms_of(request.time)
        )
        return pb.ResponsePrepareProposal(txs=txs)

    async def process_proposal(
        self, request: pb.RequestProcessProposal
    ) -> pb.ResponseProcessProposal:
        """Whether this node votes for a block."""
        await self._unless_ended()
        self.chain.require_disk()
        status = pb.ResponseProcessProposal
        broken = proposals.accepts(self.chain, request.txs, ms_of(request.time))
        if broken is None:
            return status(status=status.ACCEPT)
        self._note_rejected(request, broken)
        return status(status=status.REJECT)

    def _note_rejected(self, request: pb.RequestProcessProposal, rule: str) -> None:
        """Count a refused proposal by its proposer, so that the council can judge who errs."""
        proposer = request.proposer_address.hex()
        height = self.heights.ours(request.height)
        log("proposal rejected", proposer=proposer, height=height, rule=rule)
        self.rejected[proposer] = self.rejected.pop(proposer, 0) + 1
        if len(self.rejected) > PROPOSERS_MAX:
            del self.rejected[next(iter(self.rejected))]

    async def extend_vote(self, _request: pb.RequestExtendVote) -> pb.ResponseExtendVote:
        """Nothing is added to a vote."""
        return pb.ResponseExtendVote()

    async def verify_vote_extension(
        self, request: pb.RequestVerifyVoteExtension
    ) -> pb.ResponseVerifyVoteExtension:
        """Only the empty extension is one of ours."""
        kind = pb.ResponseVerifyVoteExtension
        return kind(status=kind.REJECT if request.vote_extension else kind.ACCEPT)

    async def finalize_block(self, request: pb.RequestFinalizeBlock) -> pb.ResponseFinalizeBlock:
        """Run a decided block; nothing is persisted."""
        chain = self.chain
        if self.heights.ours(request.height) != chain.head.height + 1:
            raise Halted(f"block {request.height} does not follow {chain.head.height}")
        chain.require_version()
        facts = answers.block_facts(request, self.heights)
        pending = chain.finalize(request.txs, ms_of(request.time), facts)
        self._settled.clear()
        return pb.ResponseFinalizeBlock(
            tx_results=answers.results(pending.outcome, len(request.txs)),
            validator_updates=update_rows(pending.powers),
            app_hash=pending.outcome.root,
            consensus_param_updates=answers.params_of(pending.outcome.version),
        )

    async def commit(self, _request: pb.RequestCommit) -> pb.ResponseCommit:
        """Write the block in one durable transaction; tells from which height blocks are kept."""
        made = self.chain.commit(self.snapshots.oldest())
        self._settled.set()
        self.snapshots.after_block(made.outcome.height)
        if self.committed is not None:
            self.committed(made)
        self._end_if_due()
        opened = self.chain.opened
        first = opened.store.base(opened.founding).height + 1
        is_whole = opened.is_archive or first == self.heights.first
        return pb.ResponseCommit(retain_height=0 if is_whole else self.heights.theirs(first))

    def _end_if_due(self) -> None:
        """Tell when this program is not for the next block; the answer still goes out."""
        try:
            self.chain.require_version()
        except UpgradeNeeded as reason:
            self._is_ended = True
            if self.ended is not None:
                self.ended(reason)

    async def _unless_ended(self) -> None:
        """Never go on when the next block is for another version: the process is about to end."""
        if self._is_ended:
            await asyncio.Event().wait()

    # --- query

    async def query(self, request: pb.RequestQuery) -> pb.ResponseQuery:
        """A record, a receipt, or whether a peer may connect."""
        parts = request.path.split("/", 3)
        if parts[:2] == ["", "state"] and len(parts) == 4:
            return await self._query_state(parts[2], parts[3], prove=request.prove)
        if parts[:2] == ["", "tx"] and len(parts) == 3:
            return await asyncio.to_thread(self._query_receipt, parts[2])
        if parts[:3] == ["", "p2p", "filter"] and len(parts) == 4:
            kind, _, name = parts[3].partition("/")
            folder = self.chain.opened.home.config.parent
            banned = await asyncio.to_thread(is_banned, self.chain.store, folder, kind, name)
            return pb.ResponseQuery(code=int(banned))
        return pb.ResponseQuery(code=1, log=f"no path {request.path[:100]}")

    async def _query_state(self, table: str, place: str, *, prove: bool) -> pb.ResponseQuery:
        try:
            check_key(table, place)
        except Refusal as error:
            return pb.ResponseQuery(code=1, log=error.code)
        key = f"{table}\0{place}".encode()
        if not prove:
            return await asyncio.to_thread(self._query_value, key)
        await self.settled()
        answer = self._query_value(key)
        proof = self.chain.machine.commitment.prove(key)
        answer.proof_ops.CopyFrom(proof_ops(key, proof, self.chain.store.read))
        return answer

    def _query_value(self, key: bytes) -> pb.ResponseQuery:
        head = self.chain.store.head()
        assert head is not None
        value = self.chain.store.value(key)
        height = self.heights.theirs(head.height)
        return pb.ResponseQuery(code=0, key=key, value=value or b"", height=height)

    def _query_receipt(self, identity: str) -> pb.ResponseQuery:
        is_id = len(identity) == 64 and all(letter in "0123456789abcdef" for letter in identity)
        place = self.chain.store.place(identity) if is_id else None
        if place is None:
            return pb.ResponseQuery(code=1, log="no such transaction")
        receipts = self.chain.store.receipts(place.height)
        assert receipts is not None
        return pb.ResponseQuery(
            code=0,
            key=identity.encode(),
            value=receipts[place.place],
            height=self.heights.theirs(place.height),
        )

    # --- snapshots

    async def list_snapshots(self, _request: pb.RequestListSnapshots) -> pb.ResponseListSnapshots:
        """The snapshots that this node holds."""
        found = await asyncio.to_thread(self.snapshots.listed)
        return pb.ResponseListSnapshots(snapshots=found)

    async def load_snapshot_chunk(
        self, request: pb.RequestLoadSnapshotChunk
    ) -> pb.ResponseLoadSnapshotChunk:
        """The bytes of a chunk, none when it is not here."""
        data = await asyncio.to_thread(
            self.snapshots.chunk, request.height, request.format, request.chunk
        )
        return pb.ResponseLoadSnapshotChunk(chunk=data)

    async def offer_snapshot(self, request: pb.RequestOfferSnapshot) -> pb.ResponseOfferSnapshot:
        """Whether a snapshot of another node is of this chain."""
        return self.snapshots.offered(request.snapshot, request.app_hash)

    async def apply_snapshot_chunk(
        self, request: pb.RequestApplySnapshotChunk
    ) -> pb.ResponseApplySnapshotChunk:
        """Take a chunk; the last one, when the root matches, becomes the state."""
        return self.snapshots.taken(request.index, request.chunk, request.sender)
