"""Rules for the job type and the model source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity

from . import sources
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

    Finder = Callable[[RequestDocument], Iterator[Violation]]

_PACKAGE: Final = "InputConfig.ModelPackageVersionArn"
_MODEL: Final = "InputConfig.ModelName"
_CONTAINER: Final = "InputConfig.ContainerConfig"
_TRAFFIC: Final = "InputConfig.TrafficPattern"
_CONFIGURATIONS: Final = "InputConfig.EndpointConfigurations"
_LIMIT: Final = "InputConfig.ResourceLimit"
_DURATION: Final = "InputConfig.JobDurationInSeconds"
_STOPPING: Final = "StoppingConditions"
_CONTAINER_MEMBERS: Final = ("Domain", "Task", "PayloadConfig")
"""The prerequisites require them, and every example of AWS sends them; the API reference calls them optional."""
_FRAMEWORK_MEMBERS: Final = ("Framework", "FrameworkVersion")
_VERSIONED: Final = re.compile(r".*/[0-9]+")
_GROUP: Final = re.compile(r"arn:[^:]*:sagemaker:[^:]*:[^:]*:model-package-group/[^/]+")


def uses_model_name(request: RequestDocument) -> bool:
    """Return whether the job's model is certainly named by `ModelName`, even if the name itself is unresolved."""
    # An unresolved ModelName may come to nothing, but then there must be a package.
    return request.is_given(_MODEL) or (not request.is_absent(_MODEL) and request.is_absent(_PACKAGE))


def _two_sources(request: RequestDocument) -> Iterator[Violation]:
    if request.is_given(_PACKAGE) and request.is_given(_MODEL):
        yield Violation(path=("InputConfig", "ModelName"), value=request.at(_MODEL))


def _no_source(request: RequestDocument) -> Iterator[Violation]:
    if request.is_given("InputConfig") and request.is_absent(_PACKAGE) and request.is_absent(_MODEL):
        yield Violation(path=("InputConfig",))


def _is_empty(request: RequestDocument, field: str) -> bool:
    # An empty structure is like an absent one; the service model rejects an empty list.
    return request.is_absent(field) or request.at(field) == {}


def _container_members(*members: str) -> Finder:
    def violations(request: RequestDocument) -> Iterator[Violation]:
        if not uses_model_name(request) or not request.is_given(_CONTAINER) or _is_empty(request, _CONTAINER):
            return
        for member in members:
            path = ("InputConfig", "ContainerConfig", member)
            if request.is_absent(path):
                yield Violation(path=path)

    return violations


def _container(request: RequestDocument) -> Iterator[Violation]:
    if uses_model_name(request) and _is_empty(request, _CONTAINER):
        yield Violation(path=("InputConfig", "ContainerConfig"))
    yield from _container_members(*_CONTAINER_MEMBERS)(request)


def _framework_members(request: RequestDocument) -> Iterator[Violation]:
    # A version without its framework is one omission, not two.
    missing = _container_members(*_FRAMEWORK_MEMBERS)(request)
    yield from list(missing)[:1]


def _group(request: RequestDocument) -> Iterator[Violation]:
    for path, arn in request.strings(_PACKAGE):
        if _GROUP.fullmatch(arn) is not None:
            version = f"{arn.replace(':model-package-group/', ':model-package/')}/1"
            yield Violation(path=path, value=arn, remedy=f"Give the ARN of a version of it, such as {version}")


def _unversioned(request: RequestDocument) -> Iterator[Violation]:
    for path, arn in request.strings(_PACKAGE):
        if _VERSIONED.fullmatch(arn) is None and _GROUP.fullmatch(arn) is None:
            yield Violation(path=path, value=arn)


def _given(job_type: str, *fields: str) -> Finder:
    def violations(request: RequestDocument) -> Iterator[Violation]:
        given = [field for field in fields if request.is_given(field)]
        if request.at("JobType") != job_type or not given:
            return
        # The cause is one, the type, however many members of the other type there are.
        first, *others = given
        yield Violation(
            path=tuple(first.split(".")),
            value=request.at(first),
            detail=f"{', '.join(f'`{field}`' for field in others)} given, too" if others else None,
            remedy="Remove them, or make the job Advanced" if others else None,
        )

    return violations


def _lacking(job_type: str, *fields: str) -> Finder:
    def violations(request: RequestDocument) -> Iterator[Violation]:
        if request.at("JobType") == job_type and request.is_given("InputConfig"):
            missing = [field for field in fields if _is_empty(request, field)]
            if missing:
                first, *others = missing
                yield Violation(
                    path=tuple(first.split(".")),
                    detail=f"{', '.join(f'`{field}`' for field in others)} is missing, too" if others else None,
                )

    return violations


JOB_TYPE_RULES: Final = (
    Rule(
        id="ModelSourceExclusive",
        fields=(_PACKAGE, _MODEL),
        text="a job takes its model from a model package version or by its name, not both ways",
        remedy="Remove one of the two",
        source=f"{sources.RESULTS}; {sources.PYTHON_SDK}",
        violations=_two_sources,
    ),
    Rule(
        id="ModelSourceRequired",
        fields=(_PACKAGE, _MODEL),
        text="a job needs a model package version or the name of a model; an existing endpoint doesn't replace them",
        remedy=f"Add `{_PACKAGE}` or `{_MODEL}`",
        source=f"{sources.EXISTING_ENDPOINT}, which always gives a model package beside the endpoint",
        violations=_no_source,
    ),
    Rule(
        id="ModelNameNeedsContainerConfig",
        fields=(_PACKAGE, _MODEL, _CONTAINER, *(f"{_CONTAINER}.{member}" for member in _CONTAINER_MEMBERS)),
        text=f"a job on a model's name needs `{_CONTAINER}` with its domain, task and payload",
        remedy="Add it, or use a model package that holds all of them",
        source=sources.PREREQUISITES,
        violations=_container,
    ),
    Rule(
        id="ModelNameNeedsFramework",
        severity=Severity.WARNING,
        fields=(_PACKAGE, _MODEL, *(f"{_CONTAINER}.{member}" for member in _FRAMEWORK_MEMBERS)),
        text="a job on a model's name needs the framework and its version, unless the container has none",
        remedy="Add it if the container has one",
        source=f"{sources.PREREQUISITES}; the {sources.API_REFERENCE} calls both optional, an AWS example for text "
        f"generation sends neither, and {sources.PYTHON_SDK} leaves out an unknown version",
        violations=_framework_members,
    ),
    Rule(
        id="ModelPackageGroup",
        fields=(_PACKAGE,),
        text="this is the ARN of a model package group, and a job benchmarks one version of it",
        remedy="Give the ARN of a version in the group, such as .../model-package/my-group/1",
        source=f"{sources.API_REFERENCE}, ModelPackageVersionArn",
        violations=_group,
        refines=frozenset({"Pattern"}),
    ),
    Rule(
        id="ModelPackageVersioned",
        severity=Severity.WARNING,
        fields=(_PACKAGE,),
        text="the model package must be versioned: its ARN ends in a slash and the version",
        remedy="Give the ARN of a version in a model package group, such as .../model-package/my-group/1",
        source=sources.PREREQUISITES,
        violations=_unversioned,
    ),
    Rule(
        id="DefaultJobWithoutLoadTest",
        fields=("JobType", _TRAFFIC, _CONFIGURATIONS, _LIMIT, _STOPPING),
        text=f"a Default job takes no `{_TRAFFIC}`, `{_CONFIGURATIONS}`, `{_LIMIT}` or `{_STOPPING}`",
        remedy="Remove it, or make the job Advanced",
        source=(
            f"{sources.FLYTEKIT} reports that they are rejected; {sources.PYTHON_SDK} sends them for Advanced jobs only"
        ),
        violations=_given("Default", _TRAFFIC, _CONFIGURATIONS, _LIMIT, _STOPPING),
    ),
    Rule(
        id="DefaultJobDuration",
        severity=Severity.WARNING,
        fields=("JobType", _DURATION),
        text=f"a Default job may not take `{_DURATION}`",
        remedy="Remove it if the service rejects it",
        source=f"{sources.FLYTEKIT} reports that it is rejected; {sources.PYTHON_SDK} sends it",
        violations=_given("Default", _DURATION),
    ),
    Rule(
        id="AdvancedJobNeedsTrafficPattern",
        fields=("JobType", _TRAFFIC),
        text=f"an Advanced job needs `{_TRAFFIC}`",
        remedy="Add phases or stairs, or make the job Default",
        source=f"{sources.LOAD_TEST}; {sources.FLYTEKIT}",
        violations=_lacking("Advanced", _TRAFFIC),
    ),
    Rule(
        id="AdvancedJobNeedsEndpointConfigurations",
        fields=("JobType", _CONFIGURATIONS),
        text=f"an Advanced job needs `{_CONFIGURATIONS}`",
        remedy="Name the instance types or serverless configurations to test, or make the job Default",
        source=f"{sources.LOAD_TEST}; {sources.FLYTEKIT}",
        violations=_lacking("Advanced", _CONFIGURATIONS),
    ),
    Rule(
        id="AdvancedJobNeedsStoppingConditions",
        severity=Severity.WARNING,
        fields=("JobType", _STOPPING),
        text=f"an Advanced job needs `{_STOPPING}`",
        remedy=f"Add `{_STOPPING}.MaxInvocations`, `{_STOPPING}.ModelLatencyThresholds` or both",
        source=f"{sources.LOAD_TEST}; neither {sources.PYTHON_SDK} nor {sources.FLYTEKIT} requires it",
        violations=_lacking("Advanced", _STOPPING),
    ),
    Rule(
        id="AdvancedJobNeedsLimits",
        severity=Severity.WARNING,
        fields=("JobType", _LIMIT, _DURATION),
        text=f"an Advanced job needs `{_LIMIT}` and `{_DURATION}`",
        remedy="Add it; it also bounds what the job costs",
        source=sources.FLYTEKIT,
        violations=_lacking("Advanced", _LIMIT, _DURATION),
    ),
)
