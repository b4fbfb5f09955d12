"""The AWS Serverless Application Repository, which moto does not have."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tapforge.local.emulator.patches import gap, wrap
from tapforge.local.emulator.patches.signature import signed_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
_LATEST = "1.0.0"
_OTHER_ACTIONS = ("/dependencies", "/policy", "/versions")


@gap(
    "The service does not exist: `aws_serverlessapplicationrepository_cloudformation_stack`, which "
    "brings the rotation functions of Secrets Manager, fails with HTTP 500."
)
def applications() -> None:
    """Turn an application into a CloudFormation change set with a function that does nothing."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    @wrap(DomainDispatcherApplication, "__call__")
    def call(
        original: Callable[..., Iterable[bytes]],
        self: Any,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        service, region = signed_scope(environ)
        if service != "serverlessrepo":
            return original(self, environ, start_response)
        application = environ["PATH_INFO"].removeprefix("/applications/")
        if environ["REQUEST_METHOD"] == "POST" and application.endswith("/changesets"):
            request = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            application = application.removesuffix("/changesets")
            status, answer = "201 Created", _change_set(application, request, region)
        elif environ["REQUEST_METHOD"] == "GET" and not application.endswith(_OTHER_ACTIONS):
            status, answer = "200 OK", _application(application, environ["QUERY_STRING"], region)
        else:
            raise NotImplementedError(f"serverlessrepo {environ['PATH_INFO']}")
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]


def _stacks(region: str) -> Any:
    from moto.cloudformation.models import cloudformation_backends

    return cloudformation_backends[os.environ["MOTO_ACCOUNT_ID"]][region]


def _change_set(application: str, request: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Create the change set that CreateCloudFormationChangeSet promises.

    https://docs.aws.amazon.com/serverlessrepo/latest/devguide/applications-applicationid-changesets.html
    """
    from moto.cloudformation.parsing import OutputMap

    version = request.get("semanticVersion", _LATEST)
    parameters = {each["name"]: each["value"] for each in request.get("parameterOverrides", [])}
    tags = {each["key"]: each["value"] for each in request.get("tags", [])}
    tags |= {
        "serverlessrepo:applicationId": application,
        "serverlessrepo:semanticVersion": version,
    }
    name = f"serverlessrepo-{request['stackName'].removeprefix('serverlessrepo-')}"
    stacks = _stacks(region)
    exists = any(stack.name == name for stack in stacks.stacks.values())
    # The version makes a template of its own: a stack that stays the same cannot be updated.
    template = _template(f"{application} {version}", parameters)
    change_set, stack_id = stacks.create_change_set(
        stack_name=name,
        change_set_name=request.get("changeSetName", f"a{uuid4().hex}"),
        template=json.dumps(template),
        parameters=parameters,
        description="",
        change_set_type="UPDATE" if exists else "CREATE",
        notification_arns=[],
        tags=tags,
    )
    stack = stacks.stacks[stack_id]
    stack.capabilities = request.get("capabilities", _CAPABILITIES)
    # Executing a change set makes the resources, but no outputs, and an update keeps the old tags.
    stack.tags = tags
    stack.parameters = parameters
    stack.output_map = OutputMap(stack.resource_map, template, stack_id)
    return {
        "applicationId": application,
        "changeSetId": change_set,
        "semanticVersion": version,
        "stackId": stack_id,
    }


def _application(application: str, query: str, region: str) -> dict[str, Any]:
    """Describe an application as far as its stacks tell; nobody can look it up here."""
    version = query.partition("semanticVersion=")[2].partition("&")[0] or _LATEST
    parameters = {
        parameter
        for stack in _stacks(region).stacks.values()
        if (stack.tags or {}).get("serverlessrepo:applicationId") == application
        for parameter in stack.parameters
    }
    return {
        "applicationId": application,
        "author": "AWS",
        "description": "",
        "name": application.rpartition("/")[2],
        "version": {
            "applicationId": application,
            "creationTime": "",
            "parameterDefinitions": [
                {"name": name, "referencedByResources": []} for name in sorted(parameters)
            ],
            "requiredCapabilities": _CAPABILITIES,
            "resourcesSupported": True,
            "semanticVersion": version,
            "templateUrl": "",
        },
    }


def _template(description: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return a template with the function and the output that the rotation applications have."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    function = {
        "FunctionName": parameters.get("functionName", f"serverlessrepo-{uuid4().hex[:12]}"),
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "def handler(event, context):\n    return {}\n"},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": {name: {"Type": "String"} for name in parameters},
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": trust},
            },
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        },
        "Outputs": {"RotationLambdaARN": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}}},
    }
