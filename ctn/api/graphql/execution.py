"""Running a request: limits first, then one worker, one connection, one height."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationType,
    execute,
    get_introspection_query,
    strip_ignored_characters,
)
from graphql.execution import Executor

from ctn.api.graphql.asked import Asked
from ctn.api.graphql.documents import OPEN, Documents
from ctn.api.graphql.faults import Teller, is_late
from ctn.api.graphql.limits import COST_MAX, Weighed, check_cost, weigh
from ctn.api.graphql.reading import Asker, Door, Reading
from ctn.api.graphql.refusals import Invalid
from ctn.api.link import Link
from ctn.api.refusals import Busy
from ctn.views.reader import Reader, View
from ctn.views.refusals import Deadline

WAITING_MAX: Final = 256
WAIT_SECONDS: Final = 2
INTROSPECTIONS_MAX: Final = 16
# What GraphiQL asks, and with it what clients by the reference libraries ask by default.
EDITORS: Final[tuple[dict[str, bool], ...]] = (
    {},
    {"input_value_deprecation": True, "schema_description": True},
)
Value = dict[str, Any]


class Prepared(NamedTuple):
    """A request that keeps every limit and fits the schema."""

    text: str
    document: DocumentNode
    weighed: Weighed
    variables: Value
    operation_name: str | None

    @property
    def key(self) -> tuple[str, ...]:
        """What two questions for the same part of the schema have in common."""
        return (
            strip_ignored_characters(self.text) if self.weighed.is_introspection else self.text,
            self.weighed.operation.name.value if self.weighed.operation.name else "",
            repr(sorted(self.variables.items())),
        )

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.weighed.operation.operation


class Answer(NamedTuple):
    """What is sent: the body, and the HTTP status."""

    body: Value
    status: int = 200


class Stand(NamedTuple):
    """The block that an answer stands on."""

    chain: str
    height: int
    time: int
    edition: str = "0"

    @property
    def etag(self) -> str:
        """Weak, of chain, edition and height (thallo.md 5.1)."""
        return f'W/"{self.chain.rpartition(":")[2]}-{self.edition}-{self.height}"'


class TimedExecutor(Executor[Any]):
    """Looks at the clock before each field."""

    def execute_field(self, *arguments: Any, **named: Any) -> Any:
        """Run a field, if there is time left."""
        reading = self.context_value
        if isinstance(reading, Reading):
            reading.view.check()
        return super().execute_field(*arguments, **named)


class Runner:
    """Executes requests: as many at once as there are connections, others wait in line."""

    def __init__(
        self, schema: GraphQLSchema, link: Link, reader: Reader, documents: Documents
    ) -> None:
        self.schema = schema
        self.link = link
        self.reader = reader
        self.documents = documents
        self.stand: Stand | None = None
        self._introspections: dict[tuple[str, ...], Value] = {}
        self._workers = ThreadPoolExecutor(reader.shelf.readers, thread_name_prefix="graphql")
        self._seats = asyncio.Semaphore(reader.shelf.readers)
        self._waiting = 0

    # --- before execution

    def prepare(self, asked: Asked, spent: int = 0) -> Prepared:
        """Test a request; `spent` is what documents before it in its batch cost."""
        text = self.documents.text(asked.query, asked.document_id)
        document = self.documents.parsed(text)
        variables = asked.variables or {}
        weighed = weigh(self.schema, document, asked.operation_name, variables)
        check_cost(spent + weighed.cost)
        self.documents.validated(self.schema, text, document)
        return Prepared(text, document, weighed, variables, asked.operation_name)

    def introspect(self) -> None:
        """Keep the answers to what editors ask for the whole schema, where they may ask."""
        if self.documents.mode != OPEN:
            return
        for options in EDITORS:
            prepared = self.prepare(Asked(get_introspection_query(**options)))
            result = execute(self.schema, prepared.document)
            assert isinstance(result, ExecutionResult)
            self._introspections[prepared.key] = {"data": result.data}

    # --- execution

    async def query(
        self, prepared: Prepared, teller: Teller, held: str = "", root: Any = None,
        asker: Asker | None = None,
    ) -> tuple[Answer, Stand]:
        """The answer to a query, read at one height.

        `held` are ETags that need no answer; without an asker nothing private is told.
        """
        loop = asyncio.get_running_loop()
        door = Door(self.link, loop, asker)
        async with self._seat():
            return await loop.run_in_executor(
                self._workers, self._read, prepared, teller, (held, root, door)
            )

    async def mutate(self, prepared: Prepared, teller: Teller) -> Answer:
        """The answer to a mutation, on the event loop: it waits for a block."""
        found = execute(
            self.schema, prepared.document, context_value=self.link,
            variable_values=prepared.variables, operation_name=prepared.operation_name,
        )  # fmt: skip
        result = found if isinstance(found, ExecutionResult) else await found
        head = await self.link.head()
        stand = Stand(head.chain, head.height, head.time)
        return self.answered(result, stand, prepared.weighed.cost, teller)

    async def in_view(self, work: Any) -> Any:
        """What a function makes of one state of the tables, on a worker."""
        async with self._seat():
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._workers, self._in_view, work)

    def close(self) -> None:
        """End the workers."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def refused(self, error: Exception, teller: Teller, cost: int = 0) -> Answer:
        """The answer to a request of which nothing was executed."""
        entry, status = teller.told(error)
        return Answer({"errors": [entry], "extensions": self.extensions(self.stand, cost)}, status)

    def extensions(self, stand: Stand | None, cost: int) -> Value:
        """What every answer carries: the block that it stands on, and its cost."""
        found: Value = {"cost": {"requested": cost, "limit": COST_MAX}}
        if stand is not None:
            age = max(0, time.time_ns() // 1_000_000 - stand.time)
            found["ctn"] = {
                "chain": stand.chain, "height": stand.height, "time": stand.time, "ageMs": age,
            }  # fmt: skip
        return found

    def answered(
        self, result: ExecutionResult, stand: Stand, cost: int, teller: Teller
    ) -> Answer:
        """A result with its errors told, and what every answer carries."""
        body: Value = {"data": result.data}
        status = 200
        errors = result.errors or []
        late = [error for error in errors if is_late(error)]
        if late:
            return self.refused(Deadline(), teller, cost)
        if errors:
            told = [teller.told(error) for error in errors]
            body = {"errors": [entry for entry, _status in told]} | body
            status = 200 if result.data is not None else told[0][1]
        body["extensions"] = self.extensions(stand, cost)
        return Answer(body, status)

    def _read(
        self, prepared: Prepared, teller: Teller, asked: tuple[str, Any, Door]
    ) -> tuple[Answer, Stand]:
        held, root, door = asked
        with self.reader.view() as view:
            stand = self.stand = stand_of(view)
            if stand.etag in [tag.strip() for tag in held.split(",")]:
                return Answer({}, 304), stand
            is_introspection = prepared.weighed.is_introspection
            known = self._introspections.get(prepared.key) if is_introspection else None
            if known is not None:
                body = known | {"extensions": self.extensions(stand, prepared.weighed.cost)}
                return Answer(body), stand
            result = self.run(prepared, view, root, door)
            answer = self.answered(result, stand, prepared.weighed.cost, teller)
        is_whole = is_introspection and not result.errors
        if is_whole and len(self._introspections) < INTROSPECTIONS_MAX:
            self._introspections[prepared.key] = {"data": answer.body["data"]}
        return answer, stand

    def run(self, prepared: Prepared, view: View, root: Any, door: Door) -> ExecutionResult:
        """Execute over one state of the tables."""
        result = execute(
            self.schema, prepared.document, root_value=root,
            context_value=Reading(view, door),
            variable_values=prepared.variables, operation_name=prepared.operation_name,
            executor_class=TimedExecutor,
        )  # fmt: skip
        if not isinstance(result, ExecutionResult):
            raise Invalid(rule="this is a mutation")
        return result

    def _in_view(self, work: Any) -> Any:
        with self.reader.view() as view:
            self.stand = stand_of(view)
            return work(view)

    @contextlib.asynccontextmanager
    async def _seat(self) -> AsyncIterator[None]:
        """One of the executions that run at a time; refuses Busy."""
        if self._waiting >= WAITING_MAX:
            raise Busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._seats.acquire()
        except TimeoutError:
            raise Busy() from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._seats.release()


def stand_of(view: View) -> Stand:
    """The block that a view stands on."""
    return Stand(view.chain, view.height, view.time, view.edition)
