"""Rules of the subnets that endpoints have their network interfaces in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Severity, Violation, check_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .network import JobNetwork

# The guide names an endpoint for S3 only. Whether SageMaker's own calls go over the interfaces isn't documented, and a
# container's do: what both may need is named.
_ENDPOINTS: Final = "VPC endpoints for S3, ECR (api and dkr), CloudWatch and CloudWatch Logs"
_SOURCE: Final = (
    "SageMaker developer guide, Give Inference Recommender jobs, and hosted endpoints, access to resources in your VPC"
)
_ISOLATED: Final = "isolated_subnets"
_PUBLIC: Final = "public_subnets"


def check_network(network: JobNetwork | None) -> Iterator[Problem]:
    """Check that the network interfaces have a way to the services.

    Nothing is found where a VPC has still to be looked up, and of subnets whose type the CDK doesn't know.

    Args:
        network: The network. None where there is no VPC.

    Returns:
        Every problem.
    """
    selected = network.selected if network else None
    found = (
        {}
        if selected is None
        else {
            "vpc": selected.vpc_without_private_subnets,
            _ISOLATED: selected.isolated,
            _PUBLIC: selected.public,
        }
    )
    document = {name: value for name, value in found.items() if value}
    return check_rules(NETWORK_RULES, RequestDocument(document))


def _given(member: str, prop: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(document: RequestDocument) -> Iterator[Violation]:
        if document.is_given(member):
            yield Violation(path=(prop,), value=document.at(member))

    return violations


NETWORK_RULES: Final = (
    Rule(
        id="VpcPrivateSubnets",
        fields=("vpc", "vpc_subnets"),
        text=(
            "no private subnets of the VPC are known, and network interfaces in others have no route to Amazon S3, "
            "Amazon ECR and CloudWatch"
        ),
        remedy=(
            f"Add private subnets with a NAT gateway, or name isolated subnets in vpc_subnets and add {_ENDPOINTS}"
        ),
        source=_SOURCE,
        violations=_given("vpc", "vpc"),
    ),
    Rule(
        id="IsolatedSubnets",
        severity=Severity.WARNING,
        fields=("vpc_subnets",),
        text="isolated subnets have no route to Amazon S3, Amazon ECR and CloudWatch, except through VPC endpoints",
        remedy=f"Add {_ENDPOINTS} and acknowledge this, or choose private subnets with a NAT gateway",
        source=_SOURCE,
        violations=_given(_ISOLATED, "vpc_subnets"),
    ),
    Rule(
        id="PublicSubnets",
        severity=Severity.WARNING,
        fields=("vpc_subnets",),
        text=(
            "the network interfaces get no public IP address, so that in public subnets, too, they have no route to "
            "Amazon S3, Amazon ECR and CloudWatch, except through VPC endpoints"
        ),
        remedy=(f"Choose private subnets with a NAT gateway, or add {_ENDPOINTS} and acknowledge this"),
        source=f"{_SOURCE}; Amazon VPC user guide, Internet gateways",
        violations=_given(_PUBLIC, "vpc_subnets"),
    ),
)
