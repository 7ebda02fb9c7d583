"""The command-line options for a recommendation's `Constraints`."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.recommendation.constraint_rules import check_constraints
from cdk_inference_recommender.request import UNRESOLVED
from inference_recommendations_handler.protocol.contract import ConstraintProperty, EndpointType
from inference_recommendations_handler.recommendation.choosing import NoChoiceError
from inference_recommendations_handler.recommendation.constraints import Constraints
from inference_recommendations_handler.recommendation.job_results import ExistingEndpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cdk_inference_recommender.request import Path

_FAMILIES: Final = frozenset(
    {ConstraintProperty.ALLOWED_INSTANCE_FAMILIES, ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES}
)
_ANY_ENDPOINT: Final = ExistingEndpoint(endpoint_name="any", max_invocations=1, model_latency=1, model_latency_ms=1)
"""Placeholder for the endpoint to compare with, while only the options are parsed."""

_MEANING: Final[Mapping[ConstraintProperty, str]] = {
    ConstraintProperty.MAX_COST_PER_HOUR: "USD, of one instance",
    ConstraintProperty.MAX_COST_PER_INFERENCE: "USD",
    ConstraintProperty.MAX_MODEL_LATENCY: "milliseconds",
    ConstraintProperty.MIN_INVOCATIONS: "requests a minute",
    ConstraintProperty.MAX_CPU_UTILIZATION: "percent, 100 for each core",
    ConstraintProperty.MAX_MEMORY_UTILIZATION: "percent",
    ConstraintProperty.MIN_INVOCATIONS_GAIN: "times the existing endpoint's requests a minute",
    ConstraintProperty.MIN_MODEL_LATENCY_GAIN: "how many times as long the existing endpoint takes",
    ConstraintProperty.ALLOWED_INSTANCE_FAMILIES: "with commas between, such as c5,m5",
    ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES: "with commas between, such as g4dn",
}


def add_constraints(parser: argparse.ArgumentParser) -> None:
    """Add an option for each constraint that a recommendation can have."""
    group = parser.add_argument_group(
        "constraints",
        "What a result must meet to be the best: give the deployment's, and the report chooses as it does.",
    )
    for name, meaning in _MEANING.items():
        group.add_argument(
            f"--{_words(name)}",
            dest=name.value,
            type=_reader(name),
            metavar="FAMILIES" if name in _FAMILIES else "NUMBER",
            help=meaning.replace("%", "%%"),
        )


def parse_constraints(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the constraints as the properties of `Custom::InferenceRecommendation`; empty without any.

    Args:
        arguments: What a parser with `add_constraints` has parsed.

    Raises:
        CommandError: A deployment with these constraints isn't synthesised.
    """
    given = {name.value: getattr(arguments, name.value) for name in ConstraintProperty}
    found = {name: value for name, value in given.items() if value is not None}
    # Whether the job measures an existing endpoint is known when it is read; families are of its instances only.
    problems = list(check_constraints(found, endpoint_type=EndpointType.REAL_TIME, input_config=UNRESOLVED))
    if problems:
        raise CommandError(" ".join(problem.format(_option) for problem in problems))
    return found


def _option(path: Path) -> str:
    """Return the option's spelling of a constraint."""
    return f"--{_words(ConstraintProperty(str(path[1])))}"


def _words(name: ConstraintProperty) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name.value).lower()


def _reader(name: ConstraintProperty) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = text.split(",") if name in _FAMILIES else text
        try:
            # Now, and not when the job has been waited for.
            Constraints.parse({name.value: value}, existing_endpoints=[_ANY_ENDPOINT])
        except NoChoiceError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return value if name in _FAMILIES else float(text)

    return read
