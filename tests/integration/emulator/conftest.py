"""Two emulators, one with our patches and one without, and tests that run against both.

A test marked `gap("<service>.<gap>")` asks the patched emulator for what the patch is for, and then
asks plain moto the same: there it has to fail, or else the gap is gone and the patch can go too.
"""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tapforge.local.emulator import Emulator

GAP_SHOWS = (
    AssertionError,
    ClientError,
    ResponseParserError,
    json.JSONDecodeError,
    KeyError,
    IndexError,
    pytest.fail.Exception,
)
"""How a test ends on moto without the patch: wrong values, errors, an answer that is none."""


def pytest_configure(config):
    """Make the marker known."""
    config.addinivalue_line("markers", "gap(name): needs this patch, and fails on plain moto")


def pytest_generate_tests(metafunc):
    """Run a test of a gap against both emulators, any other against the patched one."""
    if "aws" in metafunc.fixturenames:
        gap = metafunc.definition.get_closest_marker("gap")
        metafunc.parametrize("aws", ["patched", "plain"] if gap else ["patched"], indirect=True)


def pytest_collection_modifyitems(items):
    """Run the tests that use EC2 last: once used, its many images make every reset slow."""
    places = [
        place for place, item in enumerate(items) if Path(__file__).parent in item.path.parents
    ]
    ours = [items[place] for place in places]
    ours.sort(key=lambda item: "network" in item.fixturenames or "ec2" in item.path.name)
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Expect the test to fail where the patch is missing."""
    callspec = getattr(pyfuncitem, "callspec", None)
    if callspec is None or callspec.params.get("aws") != "plain":
        return (yield)
    try:
        yield
    except GAP_SHOWS:
        return True
    gap = pyfuncitem.get_closest_marker("gap").args[0]
    return pytest.fail(f"plain moto does this by now: the patch {gap} has nothing left to do")


@pytest.fixture(scope="session")
def patched(tmp_path_factory):
    """Return an emulator with all patches."""
    with Emulator.start(tmp_path_factory.mktemp("patched")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """Return moto as it is."""
    with Emulator.start(
        tmp_path_factory.mktemp("plain"), arguments=["--without-patches"]
    ) as emulator:
        yield emulator


@pytest.fixture
def aws(request):
    """Return the emulator under test, empty."""
    emulator = request.getfixturevalue(request.param)
    emulator.reset()
    return emulator


@pytest.fixture
def network(aws):
    """Return a VPC with a subnet in each of two zones: (vpc id, [subnet ids])."""
    ec2 = aws.boto3_client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("bc")
    ]
    return vpc, subnets


@pytest.fixture
def lambda_role(aws):
    """Return the ARN of a role that a function can have."""
    return aws.boto3_client("iam").create_role(
        RoleName="function", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )["Role"]["Arn"]
