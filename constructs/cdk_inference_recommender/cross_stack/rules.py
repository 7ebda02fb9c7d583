"""Rules of what constructs get from other stacks, accounts and Regions, and hand out to them.

A value may cross stacks by reference where it stays while its resource is updated: ARNs of roles and keys, names of
buckets and endpoints, ids of subnets and security groups. A model or a version of a model package has another name
after each change, and an export in use can't be changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnResource

from cdk_inference_recommender.request import Path, Problem, RequestDocument, Rule, Violation, check_rules
from cdk_inference_recommender.validation.stack_environment import (
    account_of,
    deployed_stack,
    environment_of,
    is_another,
    is_elsewhere,
    region_of,
)
from cdk_inference_recommender.validation.tokens import is_unresolved
from inference_recommendations_handler.protocol.contract import RecommendationAttribute, ResourceType

from .referenced_resources import resources_in_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from constructs import Construct, IConstruct

_ROLE: Final = "RoleArn"
_MODELS: Final = ("InputConfig.ModelName", "InputConfig.ModelPackageVersionArn")
_ENDPOINT: Final = "InputConfig.Endpoints[].EndpointName"
_NETWORK: Final = ("InputConfig.VpcConfig.Subnets[]", "InputConfig.VpcConfig.SecurityGroupIds[]")
_ROLE_ARN: Final = re.compile(r"arn:[^:]+:iam::([^:]+):role/.+", re.DOTALL)
_ACCOUNT: Final = "Account"
_ORIGINS: Final = "Origins"
_OUTGOING: Final = "OutgoingReference"


@dataclass(frozen=True, kw_only=True)
class OutgoingReference:
    """Attributes that change with a job and reach another stack.

    Attributes:
        attributes: Their names.
        consumers: Paths of what refers to them.
        harm: What becomes of a new value.
        remedy: What to do instead.
    """

    attributes: tuple[str, ...]
    consumers: str
    harm: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A value that is a resource's of another stack.

    Attributes:
        field: The field that holds it.
        path: The place in the request.
        resource: The resource.
        user: The construct that uses the value.
    """

    field: str
    path: Path
    resource: IConstruct
    user: Construct

    def __str__(self) -> str:
        """Return path and environment of the resource."""
        return f"{self.resource.node.path} is in {environment_of(self.resource)}"


def check_outgoing_reference(reference: OutgoingReference) -> Iterator[Problem]:
    """Reject a reference from another stack to what changes with a job."""
    return check_rules(OUTGOING_RULES, RequestDocument({_OUTGOING: reference}))


def check_incoming_references(request: Mapping[str, object], user: Construct, *, own_role: bool) -> Iterator[Problem]:
    """Check what a job or an endpoint gets from other stacks; call it while the app is validated.

    Args:
        request: As the API takes it, with its tokens.
        user: The job or the endpoint.
        own_role: Whether the role is made by the construct itself.

    Yields:
        Every problem.
    """
    if own_role:
        request = {name: value for name, value in request.items() if name != _ROLE}
    origins = [origin for field in (_ROLE, *_MODELS, _ENDPOINT, *_NETWORK) for origin in _origins(request, field, user)]
    known = {**request, _ACCOUNT: account_of(user), _ORIGINS: tuple(origins)}
    yield from check_rules(INCOMING_RULES, RequestDocument(known))


def _origins(request: Mapping[str, object], field: str, user: Construct) -> Iterator[Origin]:
    if field not in _MODELS and is_unresolved(account_of(user)) and is_unresolved(region_of(user)):
        return
    for path, value in RequestDocument(request).strings(field):
        if is_unresolved(value):
            for resource in resources_in_text(value, user):
                if deployed_stack(resource) is not deployed_stack(user):
                    yield Origin(field=field, path=path, resource=resource, user=user)
        if field in _NETWORK:
            # All are of one VPC.
            return


def _outgoing(document: RequestDocument) -> Iterator[Violation]:
    reference = document.at(_OUTGOING)
    if isinstance(reference, OutgoingReference):
        yield Violation(
            path=reference.attributes,
            detail=f"referred to by {reference.consumers}; {reference.harm}",
            remedy=reference.remedy,
        )


def _from(document: RequestDocument, *fields: str) -> Iterator[Origin]:
    origins = document.at(_ORIGINS)
    for origin in origins if isinstance(origins, tuple) else ():
        if isinstance(origin, Origin) and origin.field in fields:
            yield origin


def _model_of_another_stack(document: RequestDocument) -> Iterator[Violation]:
    for origin in _from(document, *_MODELS):
        resource = origin.resource
        if isinstance(resource, CfnResource) and resource.cfn_resource_type == ResourceType.RECOMMENDED_MODEL:
            # Reported where it is made.
            continue
        yield Violation(
            path=origin.path,
            detail=f"it is {resource.node.path}",
            remedy=_MODEL_ELSEWHERE if is_elsewhere(origin.user, resource) else None,
        )


def _in_another_region(*fields: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(document: RequestDocument) -> Iterator[Violation]:
        for origin in _from(document, *fields):
            if is_another(region_of(origin.resource), region_of(origin.user)):
                yield Violation(path=origin.path, detail=str(origin))

    return violations


def _endpoint_elsewhere(document: RequestDocument) -> Iterator[Violation]:
    for origin in _from(document, _ENDPOINT):
        if is_elsewhere(origin.resource, origin.user):
            yield Violation(path=origin.path, detail=str(origin))


def _role_of_another_account(document: RequestDocument) -> Iterator[Violation]:
    here = document.at(_ACCOUNT)
    for path, arn in document.strings(_ROLE):
        found = _ROLE_ARN.fullmatch(arn)
        if found and isinstance(here, str) and is_another(found[1], here):
            value = None if is_unresolved(arn) else arn
            yield Violation(path=path, value=value, detail=f"it is in {found[1]}, and the stack in {here}")
            return
    for origin in _from(document, _ROLE):
        if isinstance(here, str) and is_another(account_of(origin.resource), here):
            yield Violation(path=origin.path, detail=str(origin))


_MODEL_ELSEWHERE: Final = (
    "A model is used in its own account and Region, and no reference of the CDK's passes on a new value. Declare the "
    "model in this stack; give a model package of another account as the literal ARN of a version"
)

OUTGOING_RULES: Final = (
    Rule(
        id="CrossStackReference",
        fields=("JobName", *RecommendationAttribute, "ModelName"),
        text="a value that changes with a job can't reach another stack by reference",
        remedy="Publish a recommendation with publish(...), and read it there with from_parameters(...)",
        source="CloudFormation user guide, outputs; aws-cdk-lib/README.md, reference strength",
        violations=_outgoing,
    ),
)
INCOMING_RULES: Final = (
    Rule(
        id="ModelOfAnotherStack",
        fields=_MODELS,
        text=(
            "has another name after each change, and a value that another stack gets by reference can't change: its "
            "update would fail, or the job would keep measuring the old model"
        ),
        remedy=(
            "Declare it in this stack. Or write its name to an ssm.StringParameter there, and read that here with "
            "ssm.StringParameter.value_for_string_parameter(self, '/my-app/model'), in a stack that depends on the "
            "other one (add_stack_dependency)"
        ),
        source="CloudFormation user guide, outputs and AWS::SageMaker::Model, which an update replaces",
        violations=_model_of_another_stack,
    ),
    Rule(
        id="RoleAccount",
        fields=(_ROLE,),
        text="a role can be passed to SageMaker in its own account only",
        remedy=(
            "Give a role of the stack's account, and let buckets, repositories and keys of the other account allow it "
            "access"
        ),
        source="IAM user guide, grant permissions to pass a role to an AWS service",
        violations=_role_of_another_account,
    ),
    Rule(
        id="ExistingEndpointElsewhere",
        fields=(_ENDPOINT,),
        text="an endpoint is known by its name in its own account and Region only",
        remedy="Compare with an endpoint of the job's account and Region",
        source="API reference, EndpointInfo, which has no account or Region",
        violations=_endpoint_elsewhere,
    ),
    Rule(
        id="NetworkRegion",
        fields=_NETWORK,
        text="subnets and security groups are used in their own Region only",
        remedy="Give a VPC of the stack's Region",
        source="VPC user guide, VPC basics: a VPC spans the zones of one Region",
        violations=_in_another_region(*_NETWORK),
    ),
)
CROSS_STACK_RULES: Final = (*OUTGOING_RULES, *INCOMING_RULES)
