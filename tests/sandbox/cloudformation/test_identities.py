"""Roles and policies of templates, changed in place, and refused beyond IAM's quotas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def _trust(service: str = "lambda.amazonaws.com", *, padding: int = 0) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Sid": "x" * padding} if padding else {})]}


def _document(action: str = "s3:GetObject", *, size: int = 0) -> dict[str, Any]:
    """A policy, of so many characters as IAM counts."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    missing = size - len(json.dumps(document, separators=(",", ":")))
    if size:
        statement["Resource"] = "arn:aws:s3:::".ljust(missing + 1, "b")
    return document


def _role(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": _trust()} | properties}


def _policy(name: str, *, size: int, role: Any) -> dict[str, Any]:
    properties = {"PolicyName": name, "PolicyDocument": _document(size=size), "Roles": [role]}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def _inline(name: str, action: str) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": _document(action)}


def _actions(account: Account, role: str) -> dict[str, str]:
    iam = account.client("iam")
    return {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"][0]["Action"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }


def _attached(account: Account, role: str) -> set[str]:
    found = account.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    return {policy["PolicyArn"] for policy in found}


OUTPUTS = {"Name": {"Value": {"Ref": "Role"}}, "Arn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}


def test_a_role_has_what_its_properties_say_and_changes_in_place(account: Account) -> None:
    iam, path = account.client("iam"), "/library/us-east-1/Stack/"
    boundary = iam.create_policy(PolicyName=account.name(), PolicyDocument=json.dumps(_document("*")))["Policy"]["Arn"]
    first = _role(
        Path=path,
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}],
        PermissionsBoundary=boundary,
        ManagedPolicyArns=[BASIC],
        Policies=[_inline("kept", "s3:GetObject"), _inline("gone", "s3:GetObject")],
    )
    stack_id = account.deploy({"Role": first}, outputs=OUTPUTS)
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    name = account.outputs(stack_id)["Name"]
    assert account.outputs(stack_id)["Arn"] == f"arn:aws:iam::123456789012:role{path}{name}"
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Path"], role["PermissionsBoundary"]["PermissionsBoundaryArn"]) == (path, boundary)
    assert _actions(account, name) == {"kept": "s3:GetObject", "gone": "s3:GetObject"}
    assert _attached(account, name) == {BASIC}

    second = _role(
        Path=path,
        AssumeRolePolicyDocument=_trust("sagemaker.amazonaws.com"),
        Description="changed",
        MaxSessionDuration=7200,
        Tags=[{"Key": "b", "Value": "2"}],
        ManagedPolicyArns=[READ_ONLY],
        Policies=[_inline("kept", "s3:PutObject"), _inline("new", "s3:ListBucket")],
    )
    account.deploy({"Role": second}, name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_COMPLETE", account._raw_events(stack_id)
    assert account.outputs(stack_id)["Name"] == name
    role = iam.get_role(RoleName=name)["Role"]
    assert role["AssumeRolePolicyDocument"] == _trust("sagemaker.amazonaws.com")
    assert (role["Description"], role["MaxSessionDuration"], role["Tags"]) == (
        "changed",
        7200,
        [{"Key": "b", "Value": "2"}],
    )
    assert "PermissionsBoundary" not in role
    assert _actions(account, name) == {"kept": "s3:PutObject", "new": "s3:ListBucket"}
    assert _attached(account, name) == {READ_ONLY}
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)


def test_another_path_is_another_role(account: Account) -> None:
    stack_id = account.deploy({"Role": _role(Path="/one/")}, outputs=OUTPUTS)
    name = account.outputs(stack_id)["Name"]
    account.deploy({"Role": _role(Path="/two/")}, name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_COMPLETE"
    replaced = account.outputs(stack_id)
    assert replaced["Name"] != name
    assert replaced["Arn"] == f"arn:aws:iam::123456789012:role/two/{replaced['Name']}"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.client("iam").get_role(RoleName=name)


def test_policies_that_the_template_does_not_have_keep_a_role(account: Account) -> None:
    stack_id = account.deploy({"Role": _role()}, outputs=OUTPUTS)
    name, iam = account.outputs(stack_id)["Name"], account.client("iam")
    iam.put_role_policy(RoleName=name, PolicyName="by-hand", PolicyDocument=json.dumps(_document()))
    assert account.delete(stack_id) == "DELETE_FAILED"
    assert "must delete policies first" in account.reason(stack_id, "Role")
    iam.delete_role_policy(RoleName=name, PolicyName="by-hand")
    assert account.delete(stack_id) == "DELETE_COMPLETE"


def test_a_managed_policy_is_attached_and_changed_in_place(account: Account) -> None:
    def resources(action: str, *roles: str) -> dict[str, Any]:
        properties = {"PolicyDocument": _document(action), "Roles": [{"Ref": role} for role in roles]}
        return {
            "A": _role(),
            "B": _role(),
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties},
        }

    outputs = {name: {"Value": {"Ref": name}} for name in ("A", "B", "Policy")}
    stack_id = account.deploy(resources("s3:Get0", "A"), outputs=outputs)
    found = account.outputs(stack_id)
    assert _attached(account, found["A"]) == {found["Policy"]}
    for number in range(1, 7):
        account.deploy(resources(f"s3:Get{number}", "B"), name=stack_id, outputs=outputs)
        assert account.status(stack_id) == "UPDATE_COMPLETE", account._raw_events(stack_id)
    assert (_attached(account, found["A"]), _attached(account, found["B"])) == (set(), {found["Policy"]})
    versions = account.client("iam").list_policy_versions(PolicyArn=found["Policy"])["Versions"]
    [default] = [version["VersionId"] for version in versions if version["IsDefaultVersion"]]
    version = account.client("iam").get_policy_version(PolicyArn=found["Policy"], VersionId=default)["PolicyVersion"]
    assert version["Document"] == _document("s3:Get6")
    assert account.delete(stack_id) == "DELETE_COMPLETE"


def test_a_roles_inline_policies_together_are_limited(account: Account) -> None:
    """12,334 characters are what four scaled endpoints once had on one role."""
    sizes = {"One": 3_084, "Two": 3_084, "Three": 3_083, "Four": 3_083}
    policies = {name: _policy(name, size=size, role={"Ref": "Role"}) for name, size in sizes.items()}
    stack_id = account.deploy({"Role": _role(RoleName=account.name())} | policies)
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    [failed] = [
        name
        for name, status in account.events(stack_id)
        if status == "CREATE_FAILED" and "cancelled" not in account.reason(stack_id, name)
    ]
    assert "Maximum policy size of 10240 bytes exceeded for role" in account.reason(stack_id, failed)
    assert "LimitExceeded" in account.reason(stack_id, failed)


@pytest.mark.parametrize("own", [False, True], ids=["a-policy-resource", "the-role's-own"])
def test_an_update_beyond_the_limit_rolls_back_to_what_was(account: Account, *, own: bool) -> None:
    def resources(size: int) -> dict[str, Any]:
        if own:
            return {"Role": _role(Policies=[{"PolicyName": "p", "PolicyDocument": _document(size=size)}])}
        return {"Role": _role(), "Policy": _policy("p", size=size, role={"Ref": "Role"})}

    stack_id = account.deploy(resources(10_240), outputs=OUTPUTS)
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    name = account.outputs(stack_id)["Name"]
    account.deploy(resources(10_241), name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    reason = account.reason(stack_id, "Role" if own else "Policy")
    assert f"Maximum policy size of 10240 bytes exceeded for role {name}" in reason
    kept = account.client("iam").get_role_policy(RoleName=name, PolicyName="p")["PolicyDocument"]
    assert kept == _document(size=10_240)
    assert account.delete(stack_id) == "DELETE_COMPLETE"


def test_a_role_that_is_refused_is_left_behind_nowhere(account: Account) -> None:
    name = account.name()
    big = {"PolicyName": "p", "PolicyDocument": _document(size=10_241)}
    stack_id = account.deploy({"Role": _role(RoleName=name, Policies=[big])})
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        account.client("iam").get_role(RoleName=name)


def _created(account: Account) -> str:
    return account.role("lambda.amazonaws.com").rsplit("/", 1)[-1]


def test_whitespace_between_elements_does_not_count(account: Account) -> None:
    iam, role = account.client("iam"), _created(account)
    document = json.dumps(_document(size=10_240), indent=8)
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)
    with pytest.raises(ClientError, match=rf"LimitExceeded.*10240 bytes exceeded for role {role}"):
        iam.put_role_policy(RoleName=role, PolicyName="q", PolicyDocument=json.dumps(_document()))
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["p"]


@pytest.mark.parametrize(("kind", "limit"), [("User", 2_048), ("Group", 5_120)])
def test_users_and_groups_have_limits_of_their_own(account: Account, kind: str, limit: int) -> None:
    iam, identity = account.client("iam"), {f"{kind}Name": account.name()}
    getattr(iam, f"create_{kind.lower()}")(**identity)
    put = getattr(iam, f"put_{kind.lower()}_policy")
    put(**identity, PolicyName="p", PolicyDocument=json.dumps(_document(size=limit)))
    with pytest.raises(ClientError, match=rf"LimitExceeded.*{limit} bytes exceeded for {kind.lower()}"):
        put(**identity, PolicyName="p", PolicyDocument=json.dumps(_document(size=limit + 1)))


def test_a_managed_policy_is_limited_in_every_version(account: Account) -> None:
    iam = account.client("iam")
    fits, too_long = (json.dumps(_document(size=size)) for size in (6_144, 6_145))
    with pytest.raises(ClientError, match=r"LimitExceeded.*Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy(PolicyName=account.name(), PolicyDocument=too_long)
    arn = iam.create_policy(PolicyName=account.name(), PolicyDocument=fits)["Policy"]["Arn"]
    with pytest.raises(ClientError, match="Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=too_long)


def test_ten_managed_policies_can_be_attached(account: Account) -> None:
    iam, role = account.client("iam"), _created(account)
    arns = [
        iam.create_policy(PolicyName=account.name(), PolicyDocument=json.dumps(_document()))["Policy"]["Arn"]
        for _ in range(11)
    ]
    for arn in [*arns[:10], arns[0]]:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    with pytest.raises(ClientError, match=r"LimitExceeded.*Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName=role, PolicyArn=arns[10])


def test_a_trust_policy_is_limited(account: Account) -> None:
    iam, role = account.client("iam"), _created(account)
    long = json.dumps(_trust(padding=2_048))
    with pytest.raises(ClientError, match=r"LimitExceeded.*Cannot exceed quota for ACLSizePerRole: 2048"):
        iam.create_role(RoleName=account.name(), AssumeRolePolicyDocument=long)
    with pytest.raises(ClientError, match="Cannot exceed quota for ACLSizePerRole: 2048"):
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=long)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"RoleName": "r" * 65}, "'roleName' failed to satisfy constraint: Member must have length less than or equal"),
        ({"RoleName": "a role"}, "The specified value for roleName is invalid"),
        ({"Path": "/library/Stack"}, "The specified value for path is invalid"),
        ({"Path": f"/{'p' * 511}/"}, "'path' failed to satisfy constraint: Member must have length less than or equal"),
        ({"PermissionsBoundary": "arn:aws:iam::123456789012:policy/none"}, "Scope ARN: .* does not exist"),
    ],
)
def test_malformed_settings_of_a_role_are_refused(account: Account, settings: dict[str, str], message: str) -> None:
    parameters = {"RoleName": account.name(), "AssumeRolePolicyDocument": json.dumps(_trust())} | settings
    with pytest.raises(ClientError, match=message):
        account.client("iam").create_role(**parameters)
