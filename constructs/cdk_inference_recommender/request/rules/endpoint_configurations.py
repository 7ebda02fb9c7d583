"""Rules for endpoint configurations, and the number of tests that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.near_miss import near_miss
from cdk_inference_recommender.request.problem import Severity
from cdk_inference_recommender.request.request_model import instance_types

from . import sources
from .integer_bounds import BOUNDS, outside
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.request.api_path import Path
    from cdk_inference_recommender.request.request_document import RequestDocument

MAX_TESTS: Final = 10

_CONFIGURATIONS: Final = "InputConfig.EndpointConfigurations"
_INSTANCE_TYPE: Final = f"{_CONFIGURATIONS}[].InstanceType"
_SERVERLESS: Final = f"{_CONFIGURATIONS}[].ServerlessConfig"
_SPECIFICATION: Final = f"{_CONFIGURATIONS}[].InferenceSpecificationName"
_SUPPORTED: Final = "InputConfig.ContainerConfig.SupportedInstanceTypes[]"
_TESTS: Final = "InputConfig.ResourceLimit.MaxNumberOfTests"
_PARALLEL: Final = "InputConfig.ResourceLimit.MaxParallelOfTests"
_PACKAGE: Final = "InputConfig.ModelPackageVersionArn"
_WELL_FORMED: Final = re.compile(r"ml\.[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")
_BURSTABLE: Final = "ml.t2."


def _configurations(request: RequestDocument) -> Iterator[Path]:
    for path, value in request.each(f"{_CONFIGURATIONS}[]"):
        if isinstance(value, Mapping):
            yield path


def _not_one_kind(request: RequestDocument) -> Iterator[Violation]:
    for path in _configurations(request):
        kinds = ((*path, "InstanceType"), (*path, "ServerlessConfig"))
        if all(request.is_given(kind) for kind in kinds):
            yield Violation(path=path, value=request.at(path), remedy="Remove one, or make it two configurations")
        elif all(request.is_absent(kind) for kind in kinds):
            yield Violation(path=path, value=request.at(path), remedy="Add InstanceType or ServerlessConfig")


def _mixed(request: RequestDocument) -> Iterator[Violation]:
    paths = list(_configurations(request))
    instances = [path for path in paths if request.is_given((*path, "InstanceType"))]
    serverless = [path for path in paths if request.is_given((*path, "ServerlessConfig"))]
    if set(instances) - set(serverless) and set(serverless) - set(instances):
        yield Violation(
            path=("InputConfig", "EndpointConfigurations"),
            detail=f"there are {len(instances)} with an instance type and {len(serverless)} serverless",
        )


def _instance_types(request: RequestDocument) -> Iterator[tuple[Path, str]]:
    yield from request.strings(_INSTANCE_TYPE)
    yield from request.strings(_SUPPORTED)


def _nearest(name: str) -> str | None:
    """Return the instance type that a name stands for: of its own family, where there is one."""
    parts = ["ml", *(part for part in _parts(name.lower()) if part != "ml")]
    types = {known: _parts(known) for known in sorted(instance_types())}
    spelled = next((known for known in types if types[known] == parts), ".".join(parts))
    if spelled in types:
        return None if spelled.startswith(_BURSTABLE) else spelled
    if not any(character.isdigit() for character in spelled):
        return None  # no family, and a size alone resembles all of them
    allowed = [known for known in types if not known.startswith(_BURSTABLE)]
    return near_miss(spelled, [known for known in allowed if types[known][:-1] == parts[:-1]] or allowed)


def _parts(name: str) -> list[str]:
    return [part for part in _SEPARATORS.split(name) if part]


def _malformed(request: RequestDocument) -> Iterator[Violation]:
    for path, name in _instance_types(request):
        if _WELL_FORMED.fullmatch(name) is None:
            near = _nearest(name)
            yield Violation(path=path, value=name, remedy=f"Did you mean {near}?" if near else None)


def _unknown(request: RequestDocument) -> Iterator[Violation]:
    for path, name in _instance_types(request):
        if _WELL_FORMED.fullmatch(name) is not None and name not in instance_types():
            near = _nearest(name)
            yield Violation(path=path, value=name, detail=f"the nearest that it lists is {near}" if near else None)


def _burstable(field: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(request: RequestDocument) -> Iterator[Violation]:
        for path, name in request.strings(field):
            if name.startswith(_BURSTABLE):
                yield Violation(path=path, value=name)

    return violations


def _uneven_memory(request: RequestDocument) -> Iterator[Violation]:
    for path, size in request.integers(f"{_SERVERLESS}.MemorySizeInMB"):
        if size % 1024:
            yield Violation(path=path, value=size)


def _provisioned(request: RequestDocument) -> Iterator[Violation]:
    for path in _configurations(request):
        place = (*path, "ServerlessConfig", "ProvisionedConcurrency")
        if request.is_given(place):
            yield Violation(path=place, value=request.at(place))


def _tests_of(request: RequestDocument, configuration: Path) -> int | None:
    """Return the number of a configuration's combinations of environment values; `None` if unknown."""
    ranges = (*configuration, "EnvironmentParameterRanges", "CategoricalParameterRanges")
    if request.is_absent(ranges):
        return 1
    parameters = request.length(ranges)
    if parameters is None:
        return None
    tests = 1
    for index in range(parameters):
        values = request.length((*ranges, index, "Value"))
        if values is None:
            return None
        tests *= values
    return tests


def _too_many_tests(request: RequestDocument) -> Iterator[Violation]:
    limit = request.integer(_TESTS)
    count = request.length(_CONFIGURATIONS)
    tests = [_tests_of(request, path) for path in _configurations(request)]
    known = [number for number in tests if number is not None]
    if limit is not None and count == len(known) and sum(known) > limit:
        yield Violation(
            path=("InputConfig", "ResourceLimit", "MaxNumberOfTests"),
            value=limit,
            detail=f"the configurations make {sum(known)} tests",
        )


def _more_parallel_than_all(request: RequestDocument) -> Iterator[Violation]:
    parallel, tests = request.integer(_PARALLEL), request.integer(_TESTS)
    if parallel is not None and tests is not None and parallel > tests:
        yield Violation(
            path=("InputConfig", "ResourceLimit", "MaxParallelOfTests"),
            value=parallel,
            detail=f"there are {tests} in all",
        )


def _specification_without_package(request: RequestDocument) -> Iterator[Violation]:
    if request.is_absent(_PACKAGE):
        for path in _configurations(request):
            place = (*path, "InferenceSpecificationName")
            if request.is_given(place):
                yield Violation(path=place, value=request.at(place))


ENDPOINT_CONFIGURATION_RULES: Final = (
    Rule(
        id="InstanceTypeOrServerlessConfig",
        fields=(_INSTANCE_TYPE, _SERVERLESS),
        text="an endpoint configuration is either on instances or serverless: never both",
        remedy="Give one of the two",
        source=sources.LOAD_TEST,
        violations=_not_one_kind,
    ),
    Rule(
        id="MixedEndpointTypes",
        severity=Severity.WARNING,
        fields=(_INSTANCE_TYPE, _SERVERLESS),
        text="a job tests either instance types or serverless configurations",
        remedy="Make it two jobs",
        source=sources.LOAD_TEST,
        violations=_mixed,
    ),
    Rule(
        id="InstanceTypeFormat",
        fields=(_INSTANCE_TYPE, _SUPPORTED),
        text="an instance type is written ml.<family>.<size>",
        remedy="Write it like ml.c5.xlarge",
        source=f"{sources.API_REFERENCE}, EndpointInputConfiguration",
        violations=_malformed,
    ),
    Rule(
        id="InstanceTypeUnknown",
        severity=Severity.WARNING,
        fields=(_INSTANCE_TYPE, _SUPPORTED),
        text="the service model that this release knows doesn't list this instance type",
        remedy="Check the spelling; a newer type is fine",
        source=f"{sources.API_REFERENCE}, EndpointInputConfiguration: the list grows, and none was ever removed",
        violations=_unknown,
    ),
    Rule(
        id="BurstableInstanceType",
        fields=(_INSTANCE_TYPE,),
        text="burstable instance types (ml.t2.*) are refused",
        remedy="Choose another family, such as ml.m5 or ml.c5",
        source=f"{sources.TROUBLESHOOTING}, though the {sources.API_REFERENCE} lists them",
        violations=_burstable(_INSTANCE_TYPE),
    ),
    Rule(
        id="BurstableSupportedInstanceType",
        severity=Severity.WARNING,
        fields=(_SUPPORTED,),
        text="burstable instance types (ml.t2.*) may be refused",
        remedy="Leave them out",
        source=f"{sources.INFERRED}; {sources.TROUBLESHOOTING} refuses them in EndpointConfigurations",
        violations=_burstable(_SUPPORTED),
    ),
    Rule(
        id="ServerlessMemorySize",
        fields=(f"{_SERVERLESS}.MemorySizeInMB",),
        text="the memory of a serverless endpoint comes in steps of 1024 MB",
        remedy="Use 1024, 2048, 3072, 4096, 5120 or 6144",
        source=sources.CLI_REFERENCE,
        violations=_uneven_memory,
        refines=BOUNDS,
    ),
    Rule(
        id="ProvisionedConcurrencyUnsupported",
        fields=(f"{_SERVERLESS}.ProvisionedConcurrency",),
        text="Inference Recommender jobs don't support provisioned concurrency, though the API has a member for it",
        remedy="Remove it",
        source=sources.CLI_REFERENCE,
        violations=_provisioned,
        refines=BOUNDS,
    ),
    Rule(
        id="TestsWithinLimit",
        severity=Severity.WARNING,
        fields=(_TESTS, _CONFIGURATIONS, f"{_CONFIGURATIONS}[].EnvironmentParameterRanges"),
        text="every combination of environment values is a test of its own, and the limit leaves some out",
        remedy="Raise it or test fewer combinations",
        source=f"{sources.LOAD_TEST}; which tests are left out is undocumented",
        violations=_too_many_tests,
    ),
    Rule(
        id="ResourceLimitMaximum",
        severity=Severity.WARNING,
        fields=(_TESTS, _PARALLEL),
        text=f"a job runs 1 to {MAX_TESTS} tests in all, and 1 to {MAX_TESTS} in parallel",
        remedy=f"Use {MAX_TESTS} or less",
        source=sources.LOAD_TEST,
        violations=outside(_TESTS, _PARALLEL, high=MAX_TESTS),
    ),
    Rule(
        id="ParallelTestsWithinTests",
        severity=Severity.WARNING,
        fields=(_TESTS, _PARALLEL),
        text="no more tests can run in parallel than there are in all",
        remedy=f"Lower it or raise `{_TESTS}`",
        source=sources.INFERRED,
        violations=_more_parallel_than_all,
    ),
    Rule(
        id="InferenceSpecificationNeedsModelPackage",
        severity=Severity.WARNING,
        fields=(_SPECIFICATION, _PACKAGE),
        text="an inference specification is a part of a model package, and the job's model is none",
        remedy="Remove it, or use a model package",
        source=f"{sources.INFERRED}; {sources.API_REFERENCE} calls it the specification in the model package version",
        violations=_specification_without_package,
    ),
)
