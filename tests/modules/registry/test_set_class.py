"""Classes are set by governance."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import GOV_PUBLIC
from ctn.kernel.refusal import Malformed, NotAuthority
from ctn.modules.registry.records import Class
from ctn.modules.registry.set_class import ClassFixed, SetClass
from tests.modules.registry.worlds import CLASS, freezing, put_batch, put_class, regulator
from tests.worlds import World


def setting(**changes: Any) -> SetClass:
    fields: dict[str, Any] = {
        "id": "ccer", "kind": "credit", "name": "核证自愿减排量", "registry": "ctn",
        "verifiers": 2, "quota_day_t": 0, "buffer_ppm_min": 0, "sop_ppm": 50_000,
        "omge_ppm": 20_000, "comment_days": 20, "transfer": "non_trade", "status": "active",
    }  # fmt: skip
    return SetClass(**(fields | changes))


def test_the_council_and_the_public_track_define_and_change_a_class() -> None:
    world = World()
    events = world.council(setting())
    assert events == [
        {"event": "registry.ClassSet", "op": 0, "class_id": "ccer", "status": "active"}
    ]
    world.council(setting(comment_days=30, status="closed"), sender=GOV_PUBLIC)
    record = world.get(Class, "ccer")
    assert (record.comment_days, record.status, record.sop_ppm) == (30, "closed", 50_000)


def test_a_change_keeps_the_freezes_of_the_class() -> None:
    world = World()
    office = regulator(world)
    put_batch(world, (1, 1, "held", world.person("alice")))
    world.accept(office, freezing("class", CLASS))
    world.council(setting(id=CLASS, registry="verra", transfer="free"))
    assert len(world.get(Class, CLASS).freezes) == 1


@pytest.mark.parametrize(
    "change", [{"kind": "allowance"}, {"registry": "gs"}, {"transfer": "non_trade"}]
)
def test_refuses_to_change_what_batches_rely_on(change: dict[str, str]) -> None:
    world = World()
    put_class(world)
    same = {"id": CLASS, "registry": "verra", "transfer": "free"}
    world.council_refuse(ClassFixed, setting(**(same | change)))


def test_refuses_anyone_else() -> None:
    world = World()
    world.refuse(world.person("alice"), NotAuthority, setting())


@pytest.mark.parametrize(
    "change",
    [
        {"id": "c"}, {"id": "c-er"}, {"id": "toolongid"}, {"verifiers": 3}, {"verifiers": 0},
        {"sop_ppm": 1_000_001}, {"registry": "moon"}, {"transfer": "none"},
    ],
)  # fmt: skip
def test_refuses_what_no_class_can_have_when_it_is_read(change: dict[str, Any]) -> None:
    world = World()
    with pytest.raises(Malformed):
        world.tx(world.person("alice"), setting(**change))


@given(st.integers(0, 1_000_000), st.integers(0, 2**63 - 1))
@settings(max_examples=20)
def test_remembers_what_was_set(ppm: int, quota: int) -> None:
    world = World()
    world.council(setting(buffer_ppm_min=ppm, quota_day_t=quota))
    record = world.get(Class, "ccer")
    assert (record.buffer_ppm_min, record.quota_day_t) == (ppm, quota)
