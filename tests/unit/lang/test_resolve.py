"""Modules resolved for given inputs."""

import pytest

from tapforge import aws
from tapforge.lang import functions as fn
from tapforge.lang.blocks import Check, Local, Output
from tapforge.lang.expression import Symbol, conditional, count, each, eq, hcl, lt, ne, splat
from tapforge.lang.inputs import Valid, inputs, output, outputs, variable
from tapforge.lang.meta import Condition, Lifecycle, dynamic
from tapforge.lang.module import Body, module
from tapforge.lang.resolve import ResolveError, resolve


@inputs
class SubnetsInputs:
    """Inputs of the inner module."""

    vpc_id: str = variable("The VPC.", example="vpc-1")
    blocks: list[str] = variable("One subnet each.", example=["10.0.0.0/24"])
    label: str = variable(
        "Begins names.",
        default="net",
        valid=[Valid(lambda v, _: ne(v, "bad"), lambda v, _: f'"{v}" is no label.')],
    )


@outputs
class SubnetsOutputs:
    """Outputs of the inner module."""

    ids: list[str] = output("The subnets.")


@module("subnets")
def subnets(m: Body, v: SubnetsInputs) -> SubnetsOutputs:
    """Subnets."""
    made = m.add(
        aws.Subnet(
            "main",
            count=fn.length(v.blocks),
            vpc_id=v.vpc_id,
            cidr_block=fn.element(v.blocks, count.index),
            tags={"Name": f"{v.label}-{count.index}"},
        )
    )
    return SubnetsOutputs(ids=splat(made).id)


@inputs
class NetInputs:
    """Inputs of the outer module."""

    cidr: str = variable("The block.", default="10.0.0.0/16")
    blocks: list[str] = variable("Subnets.", default=["10.0.0.0/24", "10.0.1.0/24"])
    label: str = variable("Begins names.", default="net")
    ports: dict[str, float] = variable("Open ports.", default={"https": 443})
    peered: str | None = variable("Another VPC.", default=None)


@outputs
class NetOutputs:
    """Outputs of the outer module."""

    subnet_ids: list[str] = output("The subnets.")
    name: str = output("The name.")


@module("net")
def net(m: Body, v: NetInputs) -> NetOutputs:
    """A network."""
    name = m.local("name", f"{v.label}-vpc")
    vpc = m.add(
        aws.Vpc(
            "main",
            cidr_block=v.cidr,
            tags={"Name": name},
            lifecycle=Lifecycle(
                prevent_destroy=True,
                precondition=[
                    Condition(
                        condition=ne(v.cidr, "10.9.0.0/16"),
                        error_message=f"{v.cidr} is taken by the office.",
                    )
                ],
            ),
        )
    )
    group = m.add(
        aws.SecurityGroup(
            "main",
            name=name,
            vpc_id=vpc.id,
            ingress=[],
            description=conditional(eq(v.peered, None), None, "peered"),
        )
    )
    m.add(
        aws.VpcSecurityGroupIngressRule(
            "port",
            for_each=v.ports,
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=each.value,
            to_port=each.value,
            description=each.key,
        )
    )
    m.add(
        aws.NetworkAcl(
            "main",
            vpc_id=vpc.id,
            subnet_ids=["subnet-b", "subnet-a", "subnet-a"],
        )
    )
    m.add(
        aws.RouteTable(
            "main",
            vpc_id=vpc.id,
            timeouts=aws.RouteTable.Timeouts(create="5m"),
        )
    )
    m.add(
        aws.S3BucketLifecycleConfiguration(
            "main",
            bucket=name,
            rule=dynamic(
                v.ports,
                lambda rule: aws.S3BucketLifecycleConfiguration.Rule(
                    id=rule.key,
                    status="Enabled",
                    expiration=aws.S3BucketLifecycleConfiguration.Expiration(days=rule.value),
                ),
            ),
        )
    )
    inner = m.call("subnets", subnets, SubnetsInputs(vpc_id=vpc.id, blocks=v.blocks, label=v.label))
    return NetOutputs(subnet_ids=inner.ids, name=name)


def values(resolution, address):
    """Give the values of one instance."""
    return next(i.values for i in resolution.instances if i.address == address)


def test_every_instance_has_its_full_address() -> None:
    """Those of count and for_each are told apart by their keys, quoted as Terraform does."""
    resolution = resolve(net, {"ports": {"https": 443, 'a"b': 1}})
    addresses = {i.address for i in resolution.instances}
    assert addresses == {
        "aws_vpc.main",
        "aws_security_group.main",
        'aws_vpc_security_group_ingress_rule.port["https"]',
        'aws_vpc_security_group_ingress_rule.port["a\\"b"]',
        "aws_network_acl.main",
        "aws_route_table.main",
        "aws_s3_bucket_lifecycle_configuration.main",
        "module.subnets.aws_subnet.main[0]",
        "module.subnets.aws_subnet.main[1]",
    }


def test_values_are_those_that_terraform_plans() -> None:
    """Converted to the types of the schema; null is left out; references are kept or followed."""
    resolution = resolve(net, {"label": "shop", "cidr": "10.1.0.0/16"})
    assert values(resolution, "aws_vpc.main") == {
        "cidr_block": "10.1.0.0/16",
        "tags": {"Name": "shop-vpc"},
    }
    group = values(resolution, "aws_security_group.main")
    assert group["name"] == "shop-vpc"
    assert hcl(group["vpc_id"]) == "aws_vpc.main.id"
    assert "description" not in group
    rule = values(resolution, 'aws_vpc_security_group_ingress_rule.port["https"]')
    assert (rule["from_port"], rule["description"]) == (443, "https")
    assert values(resolution, "aws_network_acl.main")["subnet_ids"] == ["subnet-a", "subnet-b"]
    subnet = values(resolution, "module.subnets.aws_subnet.main[1]")
    assert subnet["cidr_block"] == "10.0.1.0/24"
    assert subnet["tags"] == {"Name": "shop-1"}
    assert hcl(subnet["vpc_id"]) == "aws_vpc.main.id"


def test_blocks_are_lists_of_mappings() -> None:
    """Those that are made by a collection too; a single one is a mapping."""
    resolution = resolve(net, {"ports": {"b": 2, "a": 1}})
    rules = values(resolution, "aws_s3_bucket_lifecycle_configuration.main")["rule"]
    assert [(rule["id"], rule["expiration"]) for rule in rules] == [
        ("a", [{"days": 1}]),
        ("b", [{"days": 2}]),
    ]
    assert values(resolution, "aws_route_table.main")["timeouts"] == {"create": "5m"}


def test_inputs_and_outputs() -> None:
    """Inputs have their defaults; outputs of a called module come through."""
    resolution = resolve(net, {"label": "x"})
    assert resolution.inputs["cidr"] == "10.0.0.0/16"
    assert resolution.inputs["peered"] is None
    assert resolution.outputs["name"] == "x-vpc"
    assert [hcl(each) for each in resolution.outputs["subnet_ids"]] == [
        "module.subnets.aws_subnet.main[0].id",
        "module.subnets.aws_subnet.main[1].id",
    ]


def test_what_terraform_would_refuse_is_told() -> None:
    """Unknown inputs, validations of called modules, and preconditions, each with its place."""
    with pytest.raises(ResolveError, match="there is no such input"):
        resolve(net, {"labe": "x"})
    with pytest.raises(ResolveError) as caught:
        resolve(net, {"label": "bad"})
    [problem] = caught.value.problems
    assert str(problem) == 'module.subnets: label: "bad" is no label.'
    with pytest.raises(ResolveError, match=r"aws_vpc\.main: 10\.9\.0\.0/16 is taken by the office"):
        resolve(net, {"cidr": "10.9.0.0/16"})


def test_values_that_are_known_to_be_valid_are_not_judged_again() -> None:
    """For those who draw them so."""
    assert resolve(net, {"label": "bad"}, validate=False).outputs["name"] == "bad-vpc"


def instances(given, **named):
    """Give the instances of the network by address."""
    return {each.address: each for each in resolve(net, given, **named).instances}


def test_a_block_is_made_once_for_the_same_values_of_what_it_reads() -> None:
    """Whatever the other inputs are; and again for others, with all that reads it."""
    before, after = instances({"ports": {"https": 443}}), instances({"ports": {"ssh": 22}})
    for address in ("aws_vpc.main", "aws_security_group.main", "module.subnets.aws_subnet.main[0]"):
        assert after[address] is before[address]
    assert 'aws_vpc_security_group_ingress_rule.port["ssh"]' in after
    assert 'aws_vpc_security_group_ingress_rule.port["https"]' not in after
    labelled = instances({"label": "other"})
    assert labelled["aws_vpc.main"].values["tags"] == {"Name": "other-vpc"}
    assert labelled["module.subnets.aws_subnet.main[0]"].values["tags"] == {"Name": "other-0"}
    assert instances({})["aws_vpc.main"].values["tags"] == {"Name": "net-vpc"}


def test_what_is_wrong_is_told_each_time() -> None:
    """Also of inputs that were not judged the last time, and of those that were not wrong then."""
    instances({"label": "bad"}, validate=False)
    for _ in range(2):
        with pytest.raises(ResolveError, match='label: "bad" is no label'):
            resolve(net, {"label": "bad"})
        with pytest.raises(ResolveError, match="is taken by the office"):
            resolve(net, {"cidr": "10.9.0.0/16"})
    assert instances({"label": "bad"}, validate=False)["aws_vpc.main"].values["tags"] == {
        "Name": "bad-vpc"
    }


@outputs
class NoOutputs:
    """Nothing."""


def test_inputs_that_are_changed_afterwards_are_others() -> None:
    """What they were is not taken for them."""
    given = resolve(net, {}).inputs
    given["ports"]["ssh"] = 22
    given["blocks"].clear()
    found = instances(given)
    assert 'aws_vpc_security_group_ingress_rule.port["ssh"]' in found
    assert "module.subnets.aws_subnet.main[0]" not in found
    assert "module.subnets.aws_subnet.main[1]" in instances({})


@module("nets")
def nets(m: Body, v: NetInputs) -> NoOutputs:
    """Networks that differ in where they stand alone."""
    given = {"vpc_id": "vpc-1", "blocks": v.blocks, "label": v.label}
    m.call("one", subnets, SubnetsInputs(**given))
    m.call("other", subnets, SubnetsInputs(**given))
    m.call("each", subnets, SubnetsInputs(**given), count=2)
    return NoOutputs()


def test_instances_of_a_module_are_told_apart() -> None:
    """Those of one module with the same inputs at several addresses."""
    for _ in range(2):
        found = [each.address for each in resolve(nets, {"blocks": ["10.0.0.0/24"]}).instances]
        assert found == [
            f"module.{name}.aws_subnet.main[0]" for name in ("one", "other", "each[0]", "each[1]")
        ]


@module("alike")
def alike(m: Body, v: NetInputs) -> NoOutputs:
    """Instances, and modules, that have most in common."""
    first = v.blocks[0]
    for_each = fn.toset(v.blocks)
    m.add(aws.Subnet("main", for_each=for_each, vpc_id=first, cidr_block=each.value))
    ports = SubnetsInputs(vpc_id=first, blocks=[f"10.0.{count.index}.0/24"], label=v.label)
    m.call("each", subnets, ports, count=fn.length(v.blocks))
    return NoOutputs()


def test_what_instances_have_in_common_is_in_each() -> None:
    """Beside what differs; where it is wrong it is told once, and not at all without instances."""
    blocks = ["10.0.0.0/24", "10.0.1.0/24"]
    found = [each.values for each in resolve(alike, {"blocks": blocks}).instances]
    assert found == [
        *({"vpc_id": blocks[0], "cidr_block": block} for block in blocks),
        *({"vpc_id": blocks[0], "cidr_block": b, "tags": {"Name": "net-0"}} for b in blocks),
    ]
    assert not resolve(alike, {"blocks": []}).instances


@inputs
class WrongInputs:
    """Inputs of a module that Terraform refuses."""

    texts: list[str] = variable("Texts.", default=[])


@module("wrong")
def wrong(m: Body, v: WrongInputs) -> NoOutputs:
    """A module that only works for some inputs."""
    vpc = m.add(aws.Vpc("main", cidr_block=v.texts[0]))
    m.add(aws.Subnet("all", for_each=fn.toset([vpc.id]), vpc_id=each.value))
    m.add(aws.Subnet("some", count=fn.length(vpc.id), vpc_id=vpc.id))
    m.add(aws.Subnet("twice", count=2, vpc_id=v.texts[0], cidr_block=f"10.0.{count.index}.0/24"))
    return NoOutputs()


def test_what_cannot_be_known_or_evaluated_is_told() -> None:
    """A number of instances that only AWS would know, and an element that is not there."""
    with pytest.raises(ResolveError) as caught:
        resolve(wrong, {})
    late = "is known only after apply; make it depend on inputs alone"
    assert [str(problem) for problem in caught.value.problems] == [
        "aws_vpc.main.cidr_block: the given key does not identify an element",
        "aws_subnet.twice.vpc_id: the given key does not identify an element",
        f"aws_subnet.all.for_each: <toset([aws_vpc.main.id])> {late}",
        f"aws_subnet.some.count: <length(aws_vpc.main.id)> {late}",
    ]


@module("circle")
def circle(m: Body, v: WrongInputs) -> NoOutputs:  # noqa: ARG001 - every module takes both
    """A module whose locals need each other."""
    m.add(Local("one", Symbol("local.other", "string")))
    m.add(Local("other", Symbol("local.one", "string")))
    return NoOutputs()


def test_a_circle_is_told() -> None:
    """With what is in it."""
    with pytest.raises(ResolveError, match=r"local\.\w+ -> local\.\w+ -> local\.\w+: these refer"):
        resolve(circle, {})


@module("guarded")
def guarded(m: Body, v: WrongInputs) -> NoOutputs:
    """A module with everything that holds or refuses."""
    rule = aws.S3BucketLifecycleConfiguration.Rule
    vpc = m.add(aws.Vpc("main", cidr_block="10.0.0.0/16"))

    def rules(label: str, collection: object) -> None:
        made = dynamic(collection, lambda each: rule(id=each.value, status="Enabled"))
        m.add(aws.S3BucketLifecycleConfiguration(label, bucket="b", rule=made))

    rules("listed", v.texts)
    rules("later", fn.split(",", vpc.id))
    rules("failing", fn.split(",", v.texts[1]))
    m.add(
        aws.S3BucketLifecycleConfiguration(
            "nested", bucket="b", rule=[rule(id=v.texts[2], status="Enabled")]
        )
    )
    m.add(
        Check("seen", [Condition(condition=eq(fn.length(v.texts), 0), error_message="A warning.")])
    )
    short = lt(fn.length(v.texts), 3)
    m.add(
        Output(
            "guard",
            value="x",
            precondition=[
                Condition(condition=short, error_message="Too many texts."),
                Condition(condition=eq(v.texts[1], "b"), error_message="Not b."),
                Condition(condition=eq(vpc.id, "b"), error_message="Only Terraform knows."),
            ],
        )
    )
    return NoOutputs()


def test_blocks_and_outputs_are_made_or_refused() -> None:
    """Blocks over what is unknown are unknown; a condition that only Terraform can ask is let be."""
    with pytest.raises(ResolveError) as caught:
        resolve(guarded, {"texts": ["a"]})
    place = "aws_s3_bucket_lifecycle_configuration"
    missing = "the given key does not identify an element"
    assert [str(each) for each in caught.value.problems] == [
        f"{place}.failing.rule: {missing}",
        f"{place}.nested.rule: {place}.nested.id: {missing}",
        f"output.guard: {missing}",
    ]
    with pytest.raises(ResolveError, match=r"^output\.guard: Too many texts\.$"):
        resolve(guarded, {"texts": ["a", "b", "c"]})
