"""The schema provider, attached to the real Terraform."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tapforge.local.offline import offline_cycle, offline_terraform
from tapforge.local.schema_provider import (
    SchemaDocument,
    SchemaProviderError,
    SchemaProviders,
    read_schemas,
)
from tapforge.local.terraform import Terraform, TerraformFailedError

pytestmark = pytest.mark.terraform

GARDEN = Path(__file__).with_name("garden.json")
ADDRESS = "registry.terraform.io/example/garden"
REQUIRED = {"required_providers": {"garden": {"source": "example/garden"}}}
FULL_BED = {
    "name": "roses",
    "note": {"any": ["thing", 1]},
    "tags": {"Name": "roses"},
    "key": "${ephemeral.garden_key.this.password}",
    "key_version": 1,
    "path": {"width": 1.5},
    "plants": {"rose": {"count": 3}, "thyme": {"count": 12345678901234567890}},
    "stones": [{"kind": "granite"}, {"kind": "slate", "marks": ["x"]}],
    "signs": [{"text": "roses"}, {}],
    "border": [{"material": "box", "length": 4}, {"material": "yew"}],
    "visitor": [{"species": "bee"}, {"species": "wren", "hours": ["dawn"]}],
    "watering": {"litres": 5},
    "shade": {},
    "corner": {"north": {}, "south": {"angle": 90}},
    "rule": [{"priority": 1, "statement": {"or": [{"deep": {"er": True}}]}}, {"priority": 2}],
}


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a root module that uses the garden's provider."""

    def write(**blocks: Any) -> Path:
        root = tmp_path / "root"
        root.mkdir(exist_ok=True)
        document = {"terraform": REQUIRED, **blocks}
        (root / "main.tf.json").write_text(json.dumps(document, indent=2))
        return root

    return write


def state_of(terraform: Terraform) -> dict[str, Any]:
    """The values of all resources in the state, by address."""
    resources = terraform.show_json()["values"]["root_module"]["resources"]
    return {resource["address"]: resource["values"] for resource in resources}


def test_every_kind_of_attribute_and_block_lives_a_whole_life(write: Write) -> None:
    """What is configured stays, the rest is unknown in the plan and there after the apply."""
    root = write(
        ephemeral={"garden_key": {"this": {"length": 9}}},
        resource={"garden_bed": {"full": FULL_BED, "bare": {"name": "bare", "shade": {}}}},
        output={"echo": {"value": "${garden_bed.full.arn} ${garden_bed.bare.size}"}},
    )

    cycle = offline_cycle(root, schemas=read_schemas(GARDEN))

    changes = {
        change["name"]: change["change"] for change in cycle.plan.document["resource_changes"]
    }
    unknown = changes["full"]["after_unknown"]
    assert unknown["id"] is True
    assert unknown["path"] == {"surface": True}
    assert unknown["plants"] == {"rose": {"id": True}, "thyme": {"id": True}}
    assert {"marks": True} in unknown["stones"]
    assert unknown["signs"] == [{}, {"text": True}]
    assert unknown["border"] == [{}, {"length": True}]
    assert unknown["watering"] == {}
    assert unknown["corner"] == {"north": {"angle": True}, "south": {}}
    assert changes["bare"]["after_unknown"]["stones"] is True
    assert changes["full"]["after"].get("key") is None

    resources = cycle.state["values"]["root_module"]["resources"]
    bed = next(r["values"] for r in resources if r["name"] == "full")
    assert bed["key"] is None
    assert bed["plants"]["thyme"]["count"] == 12345678901234567890
    assert bed["note"] == {"any": ["thing", 1]}
    assert bed["tags_all"] == {"Name": "roses"}
    assert bed["rule"][0]["statement"] == {"or": [{"deep": {"er": True}}]}
    assert all(stone["marks"] is not None for stone in bed["stones"])
    assert cycle.outputs == {"echo": "arn:aws:bed:us-east-1:123456789012:bed/roses 1"}


def test_an_update_keeps_what_was_computed(write: Write) -> None:
    """Never a replacement: ids stay, only what is derived from the change is new."""
    beds: dict[str, Any] = {"name": "a", "tags": {"Name": "a"}, "visitor": [{"species": "bee"}]}
    root = write(resource={"garden_bed": {"this": beds}})
    with offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform:
        terraform.apply()
        before = state_of(terraform)["garden_bed.this"]
        beds |= {"name": "b", "tags": {"Name": "b"}}
        beds["visitor"].append({"species": "wren"})
        write(resource={"garden_bed": {"this": beds}})
        terraform.apply()
        after = state_of(terraform)["garden_bed.this"]

        assert not terraform.plan()
    assert after["id"] == before["id"]
    assert after["name"] == "b"
    assert after["tags_all"] == {"Name": "b"}
    assert before["visitor"][0] in after["visitor"]
    assert len(after["visitor"]) == 2


def test_equal_resources_are_told_apart(write: Write) -> None:
    """Two of a kind with the same configuration are still two."""
    root = write(resource={"garden_patch": {"this": {"count": 2, "name": "same"}}})
    with offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform:
        terraform.apply()

        assert len({patch["size"] for patch in state_of(terraform).values()}) == 2


def test_each_alias_has_its_own_settings(write: Write) -> None:
    """Terraform configures a provider once for each alias, and each has its region and tags."""
    root = write(
        provider={
            "garden": [
                {"region": "eu-west-1", "default_tags": {"tags": {"Owner": "eu"}}},
                {"alias": "far", "region": '${upper("us-west-2")}'},
            ]
        },
        data={
            "garden_soil": {"near": {}, "far": {"provider": "garden.far"}, "own": {"region": "x"}}
        },
        resource={
            "garden_bed": {"near": {"name": "a"}, "far": {"name": "a", "provider": "garden.far"}}
        },
        output={
            name: {"value": f"${{data.garden_soil.{name}.region}}"}
            for name in ("near", "far", "own")
        }
        | {
            "arn": {"value": "${garden_bed.far.arn}"},
            "tags": {"value": "${garden_bed.near.tags_all}"},
        },
    )

    outputs = offline_cycle(root, schemas=read_schemas(GARDEN)).outputs

    assert outputs == {
        "near": "eu-west-1",
        "far": "US-WEST-2",
        "own": "x",
        "arn": "arn:aws:bed:US-WEST-2:123456789012:bed/a",
        "tags": {"Owner": "eu"},
    }


def test_a_data_source_is_read_while_planning(write: Write) -> None:
    """Its values are known in the plan, and the same every time."""
    root = write(
        data={"garden_soil": {"this": {}}},
        resource={
            "garden_bed": {"this": {"for_each": "${toset(data.garden_soil.this.ids)}", "name": "x"}}
        },
    )

    cycle = offline_cycle(root, schemas=read_schemas(GARDEN))

    assert len(cycle.plan.document["resource_changes"]) == 3


def test_import_takes_over_by_id(write: Write) -> None:
    """The id is the one that is given, and the plan brings the rest in line."""
    root = write(
        **{"import": [{"to": "garden_bed.this", "id": "bed-1"}]},
        resource={"garden_bed": {"this": {"name": "imported"}}},
    )
    with offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform:
        terraform.apply()

        assert state_of(terraform)["garden_bed.this"]["id"] == "bed-1"
        assert not terraform.plan()


def test_a_resource_moves_to_another_type(write: Write) -> None:
    """What fits the new type goes along, and the rest is filled in."""
    root = write(resource={"garden_bed": {"this": {"name": "moved", "size": 7}}})
    (root / "empty.tf").touch()  # with HCL in it all types are served, the one before the move too
    with offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform:
        terraform.apply()
        write(
            resource={"garden_patch": {"that": {"name": "moved"}}},
            moved=[{"from": "garden_bed.this", "to": "garden_patch.that"}],
        )
        plan = terraform.working_dir / "moved.tfplan"
        terraform.plan(out=plan)
        (change,) = terraform.show_json(plan)["resource_changes"]

    assert change["previous_address"] == "garden_bed.this"
    assert change["change"]["actions"] == ["no-op"]
    assert change["change"]["after"]["name"] == "moved"
    assert change["change"]["after"]["size"].startswith("size-")


def test_state_of_an_older_schema_is_taken_over(write: Write) -> None:
    """Attributes and blocks that are new in the schema are added to what is stored."""
    root = write(resource={"garden_bed": {"this": {"name": "old", "old": "x"}}})
    with offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform:
        terraform.apply()
        file = terraform.working_dir / "terraform.tfstate"
        state = json.loads(file.read_text())
        (instance,) = state["resources"][0]["instances"]
        instance["schema_version"] = 0
        for name in ("note", "path", "visitor", "shade"):
            del instance["attributes"][name]
        state["serial"] += 1
        file.write_text(json.dumps(state))

        assert not terraform.plan()


def test_a_misspelt_type_gets_terraforms_advice(write: Write) -> None:
    """All types are served then, so that Terraform knows what was meant."""
    root = write(resource={"garden_bedd": {"this": {}}})

    with (
        offline_terraform(root, schemas=read_schemas(GARDEN)) as terraform,
        pytest.raises(TerraformFailedError, match=r'Did you mean "garden_bed"\?'),
    ):
        terraform.plan()


def test_any_providers_schema_can_be_served(tmp_path: Path) -> None:
    """That of Terraform's own built-in provider, and another one beside it."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf.json").write_text('{"resource": {"terraform_data": {"this": {}}}}')
    builtin = Terraform(root, run_dir=tmp_path)
    builtin.init()
    shown = json.loads(builtin.run("providers", "schema", "-json").check().stdout)
    copy = SchemaDocument(shown["provider_schemas"]["terraform.io/builtin/terraform"])
    document = {
        "terraform": {
            "required_providers": {
                "copy": {"source": "example/copy"},
                "garden": {"source": "example/garden"},
            }
        },
        "data": {"terraform_remote_state": {"far": {"provider": "copy", "backend": "s3"}}},
        "resource": {
            "terraform_data": {"this": {"provider": "copy", "input": ["a", 1, None]}},
            "garden_bed": {"this": {"name": "${terraform_data.this.output}"}},
        },
        "output": {"far": {"value": "${data.terraform_remote_state.far.outputs}"}},
    }
    (root / "main.tf.json").write_text(json.dumps(document))

    cycle = offline_cycle(
        root, schemas={"registry.terraform.io/example/copy": copy, **read_schemas(GARDEN)}
    )

    assert {r["type"] for r in cycle.state["values"]["root_module"]["resources"]} == {
        "terraform_data",
        "garden_bed",
        "terraform_remote_state",
    }
    assert isinstance(cycle.outputs["far"], str)


def ended(pid: int) -> bool:
    """Whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
            if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


def test_the_process_ends_with_its_context() -> None:
    """Whether it was waited for or not."""
    with SchemaProviders({}) as waited:
        attached = json.loads(waited.environment()["TF_REATTACH_PROVIDERS"])
        again = waited.environment()
    with SchemaProviders({ADDRESS: {"provider": {"block": {}}}}) as unwaited:
        announced = json.loads(unwaited.announcement()["TF_REATTACH_PROVIDERS"])

    assert attached == json.loads(again["TF_REATTACH_PROVIDERS"]) == {}
    assert ended(announced[ADDRESS]["Pid"])


def test_the_process_ends_when_its_parent_is_killed() -> None:
    """Nothing is left behind, whatever happens to us."""
    script = (
        "import json, sys, time\n"
        "from tapforge.local.schema_provider import SchemaProviders\n"
        "with SchemaProviders({'a/b/c': {'provider': {'block': {}}}}) as providers:\n"
        "    print(providers.environment()['TF_REATTACH_PROVIDERS'], flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pid = json.loads(parent.stdout.readline())["a/b/c"]["Pid"]
        parent.send_signal(signal.SIGKILL)

    assert ended(pid)


def test_a_process_that_does_not_start_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package that is missing is named, with the command that installs it."""
    (tmp_path / "grpc.py").write_text("raise ModuleNotFoundError(\"No module named 'grpc'\")")
    monkeypatch.syspath_prepend(tmp_path)

    with (
        SchemaProviders({}) as providers,
        pytest.raises(
            SchemaProviderError, match=r"No module named 'grpc'; install .*tapforge\[local\]"
        ),
    ):
        providers.environment()
