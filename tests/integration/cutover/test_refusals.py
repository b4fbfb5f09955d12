"""Bad input and bad luck: the function says why, changes nothing, and tells people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tapforge.cutover.handler import answer
from tapforge.cutover.machine import Machine
from tapforge.cutover.parameters import ParameterStore
from tapforge.cutover.phases import Phase
from tapforge.cutover.run import Parts
from tests.integration.cutover.rig import READER, TTL, WRITER, NativeTask, Rig


@pytest.fixture(scope="module")
def at_ready(servers: Rig) -> Iterator[Rig]:
    """Go as far as READY once: what is refused changes nothing."""
    servers.reset(reader_steps=())
    servers.ready()
    yield servers
    servers.close()


@pytest.fixture(scope="module")
def at_prepared(servers: Rig) -> Iterator[Rig]:
    """Begin anew once."""
    servers.reset()
    yield servers
    servers.close()


def everything(rig: Rig) -> Any:
    """Return all that a step could have changed."""
    return (
        [rig.weights(name) for name in (WRITER, READER)],
        [
            server.sql("SELECT writable, since FROM tapforge_cutover.guard")
            if server.sql("SELECT to_regclass('tapforge_cutover.guard')")[0][0]
            else None
            for server in (rig.old, rig.new)
        ],
        [server.sql("SELECT slot_name FROM pg_replication_slots") for server in (rig.old, rig.new)],
        rig.parts().forward.status(),
    )


def refused(rig: Rig, expected: str, machine: Machine | None = None) -> None:
    """Advance, and see that it is refused for the expected reason, with no effect, and told."""
    rig.told()
    before = everything(rig)

    answer = (machine or rig.machine()).advance()

    assert not answer.ok
    assert expected in "\n".join(map(str, answer.problems))
    assert all(problem.fix for problem in answer.problems)
    assert everything(rig) == before
    assert any("refused" in subject for subject in rig.told())
    assert not rig.claims()


def pretending(rig: Rig, status: str = "", **health: Any) -> Machine:
    """Return a machine whose forward task says something else."""
    parts = rig.parts()
    assert isinstance(parts.forward, NativeTask)
    parts.forward.pretended = status
    parts.forward.pretended_health = health
    return rig.machine(parts)


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ({"source_lag": 30.0}, "CDCLatencySource: is 30 s, at most 5 s"),
        ({"target_lag": None}, "CDCLatencyTarget: has no data point"),
        ({"unvalidated": ("public.payment (Mismatched records)",)}, "are not validated"),
        ({"broken": ("public.payment (Table error)",)}, "are in error"),
        ({"unloaded": ("public.payment",)}, "are not loaded"),
    ],
    ids=["lag", "no data", "validation", "table error", "not loaded"],
)
def test_a_bad_signal_is_refused(at_ready: Rig, health: dict[str, Any], expected: str) -> None:
    """Lag, missing data, mismatches and broken tables."""
    refused(at_ready, expected, pretending(at_ready, **health))


def test_a_failed_task_is_refused(at_ready: Rig) -> None:
    """It must run."""
    refused(at_ready, "forward task: is failed", pretending(at_ready, "failed"))


def test_a_missing_slot_is_refused(at_ready: Rig) -> None:
    """Without the slot nobody knows what has arrived."""
    parts = at_ready.parts()
    settings = replace(parts.settings, forward_slot="absent")
    refused(
        at_ready, "slot absent: is missing", at_ready.machine(replace(parts, settings=settings))
    )


def test_a_long_transaction_is_refused(at_ready: Rig) -> None:
    """It would be ended by force."""
    parts = at_ready.parts()
    settings = replace(parts.settings, max_transaction_seconds=0.0)
    connection = at_ready.old.connect()
    connection.run("BEGIN; SELECT 1")
    try:
        refused(
            at_ready, "has a transaction open", at_ready.machine(replace(parts, settings=settings))
        )
    finally:
        connection.close()


def test_a_prepared_transaction_is_refused(at_ready: Rig) -> None:
    """It could be committed after the fence."""
    connection = at_ready.old.connect()
    connection.run("BEGIN; INSERT INTO insisted (token) VALUES ('p'); PREPARE TRANSACTION 'later'")
    try:
        refused(at_ready, "has prepared transactions (later)")
    finally:
        connection.run("ROLLBACK PREPARED 'later'")
        connection.close()


def test_a_table_without_the_guard_is_refused(at_ready: Rig) -> None:
    """It was made since, so writes to it would pass the fence."""
    at_ready.old.sql("CREATE TABLE late (id int PRIMARY KEY)")
    try:
        refused(at_ready, "table public.late: is without the guard")
    finally:
        at_ready.old.sql("DROP TABLE late")


@pytest.mark.parametrize("name", [WRITER, READER])
def test_weights_edited_by_hand_are_refused(at_ready: Rig, name: str) -> None:
    """The function goes on only from where it left them."""
    names = at_ready.parts().names
    shift(at_ready, name, (100, 0), (60, 40))
    try:
        refused(at_ready, f"{name}: has the weights 60/40, and the function set 100/0")
    finally:
        shift(at_ready, name, (60, 40), (100, 0))
    assert names.weights(name) == (100, 0)


def shift(rig: Rig, name: str, before: tuple[int, int], then: tuple[int, int]) -> None:
    """Change the weights of a name as a person would."""
    changes = [
        {
            "Action": action,
            "ResourceRecordSet": {
                "Name": name,
                "Type": "CNAME",
                "TTL": TTL,
                "SetIdentifier": side,
                "Weight": weight,
                "ResourceRecords": [{"Value": value}],
            },
        }
        for side, value, was, is_now in (
            ("onprem", "old.example.com", before[0], then[0]),
            ("aurora", "new.example.com", before[1], then[1]),
        )
        for action, weight in (("DELETE", was), ("CREATE", is_now))
    ]
    rig.aws.boto3_client("route53").change_resource_record_sets(
        HostedZoneId=rig.settings.zone_id, ChangeBatch={"Changes": changes}
    )


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda text: text.replace('"READY"', '"SOAK"', 1), "was changed by somebody else"),
        (lambda text: json.dumps({**json.loads(text), "schema": 9}), "has version 9 of the schema"),
        (lambda text: text[:40], "is no checkpoint"),
    ],
    ids=["edited", "unknown version", "damaged"],
)
def test_a_checkpoint_edited_by_hand_is_refused(
    at_ready: Rig, edit: Callable[[str], str], expected: str
) -> None:
    """And putting an earlier value back mends it."""
    ssm, name = at_ready.aws.boto3_client("ssm"), at_ready.settings.state_parameter
    text = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.put_parameter(Name=name, Value=edit(text), Type="String", Overwrite=True)
    try:
        refused(at_ready, expected)
    finally:
        ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)
    assert at_ready.checkpoint().phase is Phase.READY


def test_an_unreachable_database_is_refused(at_ready: Rig) -> None:
    """It is tried for a while first."""
    parts = at_ready.parts()
    parts.new.access = replace(parts.new.access, port=1)
    settings = replace(parts.settings, patience_seconds=0.2)
    refused(at_ready, "does not answer", at_ready.machine(replace(parts, settings=settings)))


def test_of_two_invocations_at_once_one_is_refused(at_ready: Rig) -> None:
    """The other holds the claim, and nobody is paged for that."""
    store = at_ready.parts().store
    claim, _ = store.claim("the first")
    at_ready.told()

    answer = at_ready.machine().advance()

    assert not answer.ok
    assert "the first is at work on it" in str(answer.problems[0])
    assert not at_ready.told()
    store.release(claim)


def test_a_claim_of_an_owner_that_died_is_taken_over(at_ready: Rig) -> None:
    """Its lease ends; what it writes later is void, and nothing of it is left."""
    parts = at_ready.parts()
    ssm, name = at_ready.aws.boto3_client("ssm"), at_ready.settings.state_parameter
    dead = ParameterStore(ssm, name, lease=-1.0)
    old_claim, seen = dead.claim("the dead")
    claim, checkpoint = parts.store.claim("the heir")
    assert claim.epoch > old_claim.epoch
    parts.store.write(claim, replace(checkpoint, epoch=claim.epoch, lag=1.0))

    with pytest.raises(Exception, match="took over this step"):
        dead.write(old_claim, replace(seen, phase=Phase.COMMITTED))

    dead.release(old_claim)
    parts.store.release(claim)
    assert parts.store.read().phase is Phase.READY
    assert parts.store.read().lag == 1.0
    assert not at_ready.claims()


@pytest.mark.parametrize("underway", ["", Phase.FENCED])
@pytest.mark.parametrize("died", [0, 1])
def test_what_an_owner_left_goes_with_the_next_claim(
    at_ready: Rig, died: int, underway: str
) -> None:
    """Whether it was killed before it gave back what was done, or within; others died before it."""
    parts = at_ready.parts()
    ssm, name = at_ready.aws.boto3_client("ssm"), at_ready.settings.state_parameter
    dead = ParameterStore(ssm, name, lease=-1.0)
    for _ in range(died):
        dead.claim("the dead")
    # Within the lease what was done is done, and what was begun is not free yet.
    store = dead if underway else parts.store
    claim, checkpoint = store.claim("the killed")
    store.write(claim, replace(checkpoint, epoch=claim.epoch, underway=underway))

    heir, _ = parts.store.claim("the heir")

    assert at_ready.claims() == [f"{name}/claim/{heir.base}/{heir.attempt}"]
    parts.store.release(heir)
    assert not at_ready.claims()


def test_a_table_without_a_primary_key_is_refused(at_prepared: Rig) -> None:
    """Before anything is begun, with every other problem."""
    for server in (at_prepared.old, at_prepared.new):
        server.sql("CREATE TABLE keyless (name text)")
    at_prepared.old.sql("CREATE TABLE only_here (id int PRIMARY KEY)")
    try:
        refused(at_prepared, "table public.keyless: has no primary key")
        refused(at_prepared, "new side, table public.only_here: does not exist")
    finally:
        for server in (at_prepared.old, at_prepared.new):
            server.sql("DROP TABLE keyless", "DROP TABLE IF EXISTS only_here")


def test_an_endpoint_that_dms_did_not_reach_is_refused(at_prepared: Rig) -> None:
    """The function may reach a database that the replication instance can't."""
    parts = at_prepared.parts()
    parts.reverse.arn = at_prepared.task("unconnected", connected=False)
    for side in ("source", "target"):
        refused(
            at_prepared,
            f"reverse task, {side} endpoint: the connection is not tested",
            at_prepared.machine(parts),
        )


def test_an_extension_that_the_new_side_does_not_offer_is_refused(at_prepared: Rig) -> None:
    """What uses it would be missing."""
    old = at_prepared.old
    folder = old.directory / "extension"
    folder.mkdir()
    (folder / "ledger.control").write_text("default_version = '1'\n", "utf-8")
    (folder / "ledger--1.sql").write_text("SELECT 1;\n", "utf-8")
    old.sql(f"SET extension_control_path = '$system:{old.directory}'", "CREATE EXTENSION ledger")
    try:
        refused(at_prepared, "new side, extension ledger: is not offered, and the old side has it")
    finally:
        old.sql("DROP EXTENSION ledger", "RESET extension_control_path")


def test_a_trigger_that_fires_for_replication_is_refused(at_prepared: Rig) -> None:
    """It would change what was changed on the other side already."""
    at_prepared.new.sql(
        "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER stamp BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION stamp()",
        "ALTER TABLE payment ENABLE ALWAYS TRIGGER stamp",
    )
    try:
        refused(at_prepared, "table public.payment: trigger stamp fires for replicated rows too")
    finally:
        at_prepared.new.sql("DROP FUNCTION stamp CASCADE")


def test_a_foreign_key_that_the_old_side_lacks_is_refused(at_prepared: Rig) -> None:
    """Rows that the old side takes may break it."""
    at_prepared.new.sql("ALTER TABLE insisted ADD FOREIGN KEY (token) REFERENCES payment (token)")
    try:
        refused(at_prepared, "has the foreign key insisted_token_fkey, and the old side has not")
    finally:
        at_prepared.new.sql("ALTER TABLE insisted DROP CONSTRAINT insisted_token_fkey")


def test_a_missing_privilege_is_refused(at_prepared: Rig) -> None:
    """The role must end sessions, guard tables and read sequences."""
    at_prepared.old.sql("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM application")
    at_prepared.old.sql("REVOKE TRIGGER ON payment FROM application")
    parts = at_prepared.parts()
    parts.old.access = replace(parts.old.access, user="application")
    try:
        for expected in (
            "application may not end sessions; GRANT pg_signal_backend",
            "application may not see sessions of others; GRANT pg_read_all_stats",
            "table public.payment: application may not put a trigger on it",
            "sequence public.payment_id_seq: application may not read it",
        ):
            refused(at_prepared, expected, at_prepared.machine(parts))
    finally:
        at_prepared.old.sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO application")
        at_prepared.old.sql("GRANT TRIGGER ON payment TO application")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"snapshot": "absent"}, "has no snapshot absent; aws rds create-db-cluster-snapshot"),
        ({"backup_minutes": -1.0}, "minutes are expected at most"),
    ],
    ids=["no snapshot", "no point in time"],
)
def test_a_new_side_that_cannot_be_restored_is_refused(
    rig: Rig, changes: dict[str, Any], expected: str
) -> None:
    """Before READY: a later problem may leave no other way."""
    rig.reset(**changes)
    rig.advance("FULL_LOAD")
    rig.lag()
    rig.until_loaded()
    rig.advance("CDC")
    rig.observe()

    refused(rig, expected)


def test_foreign_keys_are_made_and_validated_before_writes_move(rig: Rig) -> None:
    """They are dropped for the load; each time it takes, the rest waits for the next."""
    rig.reset(settle_seconds=0.0)
    rig.advance("FULL_LOAD")
    assert foreign_keys(rig) == []
    rig.lag()
    rig.until_loaded()
    rig.advance("CDC")
    assert foreign_keys(rig) == [["payment_account_id_fkey", False]]
    rig.observe()
    refused(rig, "has the foreign key payment_account_id_fkey, which is not validated yet")

    rig.settings = replace(rig.settings, settle_seconds=60.0)
    rig.advance("READY")

    assert foreign_keys(rig) == [["payment_account_id_fkey", True]]
    rig.new.sql("SELECT pg_stat_force_next_flush()")
    (counted,) = rig.new.sql("SELECT reltuples FROM pg_class WHERE relname = 'account'")
    assert counted == [500]


def foreign_keys(rig: Rig) -> list[list[Any]]:
    """Return the foreign keys of the new side, and whether they are validated."""
    found: list[list[Any]] = rig.new.sql(
        "SELECT conname, convalidated FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
    )
    return found


def test_rows_that_break_a_foreign_key_are_refused(rig: Rig) -> None:
    """Old and new side differ: the cutover does not begin."""
    rig.reset()
    rig.advance("FULL_LOAD")
    rig.lag()
    rig.until_loaded()
    rig.advance("CDC")
    rig.observe()
    rig.new.sql(
        "SET session_replication_role = replica",
        "INSERT INTO payment (token, account_id) VALUES ('nobody', 9999)",
        "RESET session_replication_role",
    )

    refused(rig, 'violates foreign key constraint "payment_account_id_fkey"')


def test_a_stalled_replication_undoes_the_pause(rig: Rig) -> None:
    """The old side takes writes again by itself, and says why."""
    rig.reset(reader_steps=(), drain_seconds=0.5)
    rig.ready()
    rig.new.sql("ALTER SUBSCRIPTION forward DISABLE")
    rig.old.sql("INSERT INTO payment (token) VALUES ('waits')")
    slot = replace(rig.settings, forward_slot="forward")

    answer = rig.machine(replace(rig.parts(), settings=slot)).advance(Phase.SWITCHED)

    assert not answer.ok
    assert answer.phase == "CDC"
    assert "has not carried" in str(answer.problems[0])
    assert answer.did[-1] == "old side takes writes again"
    rig.old.sql("INSERT INTO payment (token) VALUES ('goes on')")
    assert any("refused" in subject for subject in rig.told())


def test_a_sequence_without_room_undoes_the_pause(rig: Rig) -> None:
    """Nothing of the other side is changed."""
    rig.reset(reader_steps=())
    rig.new.sql("CREATE SEQUENCE ticket MAXVALUE 500")
    rig.old.sql("CREATE SEQUENCE ticket MAXVALUE 500", "SELECT setval('ticket', 10)")
    rig.ready()

    answer = rig.machine().advance(Phase.SWITCHED)

    assert not answer.ok
    assert "sequence public.ticket: has no room for 1010" in str(answer.problems[0])
    assert answer.phase == "CDC"
    rig.old.sql("INSERT INTO payment (token) VALUES ('goes on')")


def test_a_failed_event_is_believed_only_if_it_is_still_true(rig: Rig) -> None:
    """An event that comes late, twice or for another task changes nothing."""
    rig.reset(reader_steps=())
    rig.ready()
    arn = rig.settings.forward_task_arn

    for _ in range(2):
        assert rig.machine().task_changed("REPLICATION_TASK_FAILED", arn).phase == "READY"
    stranger = rig.machine().task_changed("REPLICATION_TASK_FAILED", "arn:other")
    assert not stranger.ok
    assert rig.checkpoint().phase is Phase.READY

    failed = pretending(rig, "failed").task_changed("REPLICATION_TASK_FAILED", arn)
    assert not failed.ok
    assert failed.phase == "CDC"


@pytest.fixture(scope="module", params=["SWITCHED", "SOAK"])
def served_by_new(request: pytest.FixtureRequest, servers: Rig) -> Iterator[Rig]:
    """Go beyond the switch once: what pages changes nothing."""
    servers.reset(reader_steps=())
    servers.ready()
    servers.advance(request.param)
    yield servers
    servers.close()


def paged(rig: Rig, expected: str, parts: Parts) -> None:
    """Let an event of the way back arrive: people are told, and nothing flips or fences."""
    phase, before = rig.checkpoint().phase, everything(rig)
    rig.told()
    event = {
        "source": "aws.dms",
        "detail-type": "DMS Replication Task State Change",
        "resources": [rig.settings.reverse_task_arn],
        "detail": {"type": "REPLICATION_TASK", "eventType": "REPLICATION_TASK_FAILED"},
    }

    given = answer(rig.machine(parts), event)

    assert not given["ok"]
    assert expected in json.dumps(given["problems"], default=str)
    assert rig.checkpoint().phase == given["phase"] == phase
    assert everything(rig) == before
    assert rig.weights(WRITER) == (0, 100)
    assert any("watch refused: reverse task" in subject for subject in rig.told())


@pytest.mark.parametrize(
    ("pretended", "health", "expected"),
    [
        ("failed", {}, "reverse task"),
        ("", {"broken": ("public.payment (Table error)",)}, "in error"),
        ("", {"different": ("public.payment (Mismatched records)",)}, "another than on the new"),
    ],
    ids=["failed", "table error", "validation"],
)
def test_trouble_after_the_switch_pages_and_flips_nothing(
    served_by_new: Rig, pretended: str, health: dict[str, Any], expected: str
) -> None:
    """Applications write to the new side: what now is for a person to say."""
    parts = served_by_new.parts()
    assert isinstance(parts.reverse, NativeTask)
    parts.reverse.pretended, parts.reverse.pretended_health = pretended, health
    paged(served_by_new, expected, parts)


def test_weights_edited_after_the_switch_page_and_flip_nothing(served_by_new: Rig) -> None:
    """Who set them has a reason, or made a mistake: people are told until it is put right."""
    shift(served_by_new, WRITER, (0, 100), (100, 0))
    try:
        served_by_new.told()
        answered = served_by_new.machine().observe()
        assert not answered.ok
        assert f"{WRITER}: has the weights 100/0" in str(answered.problems[0])
        assert served_by_new.weights(WRITER) == (100, 0)
        assert any("refused" in subject for subject in served_by_new.told())
    finally:
        shift(served_by_new, WRITER, (100, 0), (0, 100))
    assert served_by_new.machine().observe().ok
