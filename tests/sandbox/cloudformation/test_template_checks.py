"""What CloudFormation refuses of a template it refuses when the stack or change set is to be created, and at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from inference_recommender_sandbox.cloudformation.errors import ValidationError
from inference_recommender_sandbox.cloudformation.template.dependencies import dependencies, in_order
from inference_recommender_sandbox.cloudformation.template.limits import MAX_BODY, MAX_OBJECT
from inference_recommender_sandbox.cloudformation.template.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17"}}}


def _bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def _parameter(value: Any, **attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}, **attributes}


def _many(count: int, value: Any) -> dict[str, Any]:
    return {f"N{number}": value for number in range(count)}


ONE = {"H": HANDLE}
REFUSED: dict[str, tuple[Mapping[str, Any], str]] = {
    # AWS's messages show a property's path with Type in place of Properties.
    "a null property": (
        {"Resources": {"B": _bucket(Tags=[{"Key": "k", "Value": None}])}},
        "[/Resources/B/Type/Tags/0/Value] 'null' values are not allowed in templates",
    ),
    "null properties": (
        {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": None}}},
        "[/Resources/B/Properties] 'null' values are not allowed in templates",
    ),
    "a null section": ({"Resources": ONE, "Outputs": None}, "[/Outputs] 'null' values are not allowed in templates"),
    "a null output": (
        {"Resources": ONE, "Outputs": {"O": {"Value": None}}},
        "[/Outputs/O/Value] 'null' values are not allowed in templates",
    ),
    "a null default": (
        {"Resources": ONE, "Parameters": {"P": {"Type": "String", "Default": None}}},
        "[/Parameters/P/Default] 'null' values are not allowed in templates",
    ),
    "a null in a condition": (
        {"Resources": ONE, "Conditions": {"C": {"Fn::Equals": ["a", None]}}},
        "[/Conditions/C/Fn::Equals/1] 'null' values are not allowed in templates",
    ),
    "a circle": (
        {
            "Resources": {
                "A": _parameter({"Ref": "B"}),
                "B": _parameter({"Fn::Sub": "${C}"}),
                "C": _parameter("x", DependsOn=["A"]),
                "D": _parameter({"Fn::GetAtt": ["A", "Value"]}),
            }
        },
        "Circular dependency between resources: [A, B, C]",
    ),
    "a circle of one": (
        {"Resources": {"A": _parameter({"Fn::GetAtt": "A.Value"})}},
        "Circular dependency between resources: [A]",
    ),
    "a circle of conditions": (
        {"Resources": ONE, "Conditions": {"C": {"Fn::Not": [{"Condition": "D"}]}, "D": {"Condition": "C"}}},
        "Circular dependency between conditions: [C, D]",
    ),
    "an unknown resource": (
        {"Resources": {"A": _parameter({"Ref": "Other"})}},
        "Unresolved resource dependencies [Other] in the Resources block of the template",
    ),
    "an unknown dependency": (
        {"Resources": {"A": _parameter("x", DependsOn="Other")}},
        "Unresolved resource dependencies [Other] in the Resources block of the template",
    ),
    "an unknown resource in an output": (
        {"Resources": ONE, "Outputs": {"O": {"Value": {"Ref": "Other"}}}},
        "Unresolved resource dependencies [Other] in the Outputs block of the template",
    ),
    "an attribute of an unknown resource": (
        {"Resources": ONE, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["Other", "Arn"]}}}},
        "Template error: instance of Fn::GetAtt references undefined resource Other",
    ),
    "a resource in a condition": (
        {"Resources": ONE, "Conditions": {"C": {"Fn::Equals": [{"Ref": "H"}, "x"]}}},
        "Unresolved dependencies [H]. Cannot reference resources in the Conditions block of the template",
    ),
    "an unknown condition": (
        {"Resources": {"H": {**HANDLE, "Condition": "C"}}},
        "Unresolved condition dependency C",
    ),
    "an unknown condition in a value": (
        {"Resources": {"A": _parameter({"Fn::If": ["C", "x", "y"]})}},
        "Unresolved condition dependency C",
    ),
    "an unknown section": (
        {"Resources": ONE, "Ressources": {}},
        "Invalid template property or properties [Ressources]",
    ),
    "an unknown member": ({"Resources": {"H": {**HANDLE, "Prop": 1}}}, "Invalid template resource property 'Prop'"),
    "no resources": ({"Resources": {}}, "At least one Resources member must be defined."),
    "no type": ({"Resources": {"H": {}}}, "[/Resources/H] Every Resources object must contain a Type member."),
    "a name of a resource": ({"Resources": {"a-b": HANDLE}}, "Resource name a-b is non alphanumeric."),
    "a name of an output": (
        {"Resources": ONE, "Outputs": {"a_b": {"Value": "x"}}},
        "Outputs name 'a_b' is non alphanumeric.",
    ),
    "a long name": ({"Resources": {"a" * 256: HANDLE}}, "is longer than 255 characters."),
    "resources": (
        {"Resources": _many(501, HANDLE)},
        "Template format error: Number of resources, 501, is greater than maximum allowed, 500",
    ),
    "outputs": (
        {"Resources": ONE, "Outputs": _many(201, {"Value": "x"})},
        "Template format error: Outputs count 201 is greater than max allowed 200",
    ),
    "parameters": (
        {"Resources": ONE, "Parameters": _many(201, {"Type": "String", "Default": "x"})},
        "Parameters count 201 is greater than max allowed 200",
    ),
    "mappings": (
        {"Resources": ONE, "Mappings": _many(201, {"a": {"b": "c"}})},
        "Mappings count 201 is greater than max allowed 200",
    ),
    "attributes of a mapping": (
        {"Resources": ONE, "Mappings": {"M": _many(201, {"b": "c"})}},
        "Mapping M has 201 attributes, which is greater than max allowed 200",
    ),
    "dynamic references": (
        {"Resources": {"A": _parameter("{{resolve:ssm:/a}}" * 61)}},
        "61 dynamic references are greater than max allowed 60",
    ),
    "a description": (
        {"Resources": ONE, "Description": "\u00e9" * 513},
        "Template format error: 'Description' length is greater than 1024.",
    ),
    "a macro": (
        {"Resources": ONE, "Transform": "AWS::Serverless-2016-10-31"},
        "the sandbox doesn't have the transform AWS::Serverless-2016-10-31; it has: AWS::LanguageExtensions",
    ),
    "a function of an extension": (
        {"Resources": {"A": _parameter({"Fn::ToJsonString": {"a": 1}})}},
        "the function Fn::ToJsonString needs Transform: AWS::LanguageExtensions",
    ),
    "an unknown type of parameter": (
        {"Resources": ONE, "Parameters": {"P": {"Type": "Text", "Default": "x"}}},
        "Template format error: Unrecognized parameter type: Text",
    ),
    "a long value of a parameter": (
        {"Resources": ONE, "Parameters": {"P": {"Type": "String", "Default": "x" * 4097}}},
        "Parameter 'P' must have at most 4096 bytes",
    ),
    "a type that the sandbox lacks": (
        {"Resources": {"R": {"Type": "AWS::Redshift::Cluster"}}},
        "the sandbox doesn't have AWS::Redshift::Cluster; it has: AWS::ApplicationAutoScaling::ScalableTarget, ",
    ),
    "an attribute that the sandbox lacks": (
        {"Resources": {"B": _bucket()}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["B", "Colour"]}}}},
        "the sandbox doesn't have the attribute Colour of AWS::S3::Bucket; it has: Arn, DomainName, ",
    ),
}


def _create(account: Any, template: Mapping[str, Any], **options: Any) -> str:
    name = account.name()
    account.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), **options)
    return str(name)


def _change_set(account: Any, template: Mapping[str, Any], **options: Any) -> str:
    name = account.name()
    account.client("cloudformation").create_change_set(
        StackName=name, ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=json.dumps(template), **options
    )
    return str(name)


CREATORS = [pytest.param(_create, id="stack"), pytest.param(_change_set, id="change set")]


@pytest.mark.parametrize("create", CREATORS)
@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_at_once(account: Any, case: str, create: Callable[..., str]) -> None:
    template, message = REFUSED[case]
    with pytest.raises(ClientError) as refused:
        create(account, template)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationError"
    assert message in error["Message"]


@pytest.mark.parametrize("case", ["a circle", "a null property", "a type that the sandbox lacks"])
def test_an_update_is_refused_and_changes_nothing(account: Any, case: str) -> None:
    template, message = REFUSED[case]
    stack_id = account.deploy(ONE)
    with pytest.raises(ClientError) as refused:
        account.deploy(template["Resources"], name=stack_id)
    assert message in refused.value.response["Error"]["Message"]
    assert account.status(stack_id) == "CREATE_COMPLETE"


def test_a_refused_creation_leaves_no_stack(account: Any) -> None:
    name = account.name()
    stacks = account.client("cloudformation")
    for template in ({"Resources": {"R": {"Type": "AWS::Redshift::Cluster"}}}, {"Resources": {"A": None}}):
        with pytest.raises(ClientError):
            stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName=name)


def test_a_template_at_every_limit_is_taken() -> None:
    Template.parse(
        json.dumps(
            {
                "Description": "x" * 1024,
                "Resources": _many(499, HANDLE) | {"a" * 255: _parameter("{{resolve:ssm:/a}}" * 60)},
                "Outputs": _many(200, {"Value": "x"}),
                "Parameters": {f"P{number}": {"Type": "String"} for number in range(200)},
                "Mappings": _many(200, _many(200, {"b": "c"})),
            }
        )
    )


def test_a_template_may_be_larger_in_s3_than_in_a_request(account: Any) -> None:
    bucket = account.name()
    account.client("s3").create_bucket(Bucket=bucket)
    stacks = account.client("cloudformation")

    def padded(size: int) -> str:
        body = json.dumps({"Resources": ONE})
        return body + " " * (size - len(body))

    def stored(size: int) -> str:
        account.client("s3").put_object(Bucket=bucket, Key="template", Body=padded(size))
        return f"{account.sandbox.endpoint_url}/{bucket}/template"

    stacks.validate_template(TemplateBody=padded(MAX_BODY.maximum))
    with pytest.raises(ClientError, match="Member must have length less than or equal to 51200"):
        stacks.validate_template(TemplateBody=padded(MAX_BODY.maximum + 1))
    stacks.validate_template(TemplateURL=stored(MAX_OBJECT.maximum))
    with pytest.raises(ClientError, match="Template may not exceed 1000000 bytes in size"):
        stacks.validate_template(TemplateURL=stored(MAX_OBJECT.maximum + 1))


@pytest.mark.parametrize("create", CREATORS)
@pytest.mark.parametrize(
    ("properties", "given", "missing"),
    [
        ({}, [], "CAPABILITY_IAM"),
        ({}, ["CAPABILITY_AUTO_EXPAND"], "CAPABILITY_IAM"),
        ({"RoleName": "mine"}, [], "CAPABILITY_NAMED_IAM"),
        ({"RoleName": "mine"}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
    ],
)
def test_identities_need_a_capability(
    account: Any, properties: dict[str, str], given: list[str], missing: str, create: Callable[..., str]
) -> None:
    role = {**ROLE, "Properties": {**ROLE["Properties"], **properties}}  # type: ignore[dict-item] # it is a mapping
    with pytest.raises(ClientError) as refused:
        create(account, {"Resources": {"Role": role}}, Capabilities=given)
    error = refused.value.response["Error"]
    assert error["Code"] == "InsufficientCapabilitiesException"
    assert error["Message"] == f"Requires capabilities : [{missing}]"
    assert create(account, {"Resources": {"Role": role}}, Capabilities=[missing])


def test_a_macro_needs_a_capability_where_no_change_set_shows_what_comes_of_it(account: Any) -> None:
    template = {"Transform": "AWS::LanguageExtensions", "Resources": {"A": _parameter({"Fn::ToJsonString": {"a": 1}})}}
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_AUTO_EXPAND\]"):
        _create(account, template)
    _create(account, template, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    _change_set(account, template)


def test_missing_and_unknown_parameters_are_reported_together(account: Any) -> None:
    declared = {"Resources": ONE, "Parameters": {name: {"Type": "String"} for name in ("A", "B")}}
    with pytest.raises(ClientError, match=r"Parameters: \[A, B\] must have values"):
        _create(account, declared)
    given = [{"ParameterKey": name, "ParameterValue": "x"} for name in ("C", "D")]
    with pytest.raises(ClientError, match=r"Parameters: \[C, D\] do not exist in the template"):
        _create(account, declared, Parameters=given)


@pytest.mark.parametrize("name", ["1st", "a_b", "a" * 129, "a b"])
def test_a_stack_s_name_is_checked(account: Any, name: str) -> None:
    with pytest.raises(ClientError, match="'stackName' failed to satisfy constraint"):
        account.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps({"Resources": ONE}))


@pytest.mark.parametrize(("tier", "most"), [(None, 4096), ("Advanced", 8192)])
def test_a_parameter_of_systems_manager_has_a_largest_value(account: Any, tier: str | None, most: int) -> None:
    def parameter(size: int) -> dict[str, Any]:
        properties = {"Type": "String", "Value": "x" * size} | ({"Tier": tier} if tier else {})
        return {"Type": "AWS::SSM::Parameter", "Properties": properties}

    assert account.status(account.deploy({"P": parameter(most)})) == "CREATE_COMPLETE"
    refused = account.deploy({"P": parameter(most + 1)})
    assert f"parameters support a maximum parameter value of {most} characters" in account.reason(refused, "P")


GRAPHS = st.dictionaries(st.sampled_from("ABCDEF"), st.sets(st.sampled_from("ABCDEF")), min_size=1)


@given(GRAPHS)
def test_either_there_is_an_order_or_the_circle_is_named(needs: dict[str, set[str]]) -> None:
    resources = {
        name: _parameter([{"Ref": other} for other in sorted(needed & needs.keys())]) for name, needed in needs.items()
    }
    try:
        Template.parse(json.dumps({"Resources": resources}))
    except ValidationError as error:
        named = str(error).partition("[")[2].partition("]")[0].split(", ")
        assert all(needs[name] & set(named) for name in named), "each has one of the others before it"
    else:
        order = list(in_order(dependencies(resources)))
        assert sorted(order) == sorted(needs)
        assert all(order.index(other) < order.index(name) for name in needs for other in needs[name] & needs.keys())
