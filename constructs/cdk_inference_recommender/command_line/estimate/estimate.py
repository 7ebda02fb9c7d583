"""`inference-recommender estimate`: what a job would cost before it runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.aws_options import aws_client, aws_options
from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.document_argument import add_cli_input, read_document
from cdk_inference_recommender.command_line.job_reference import JobReference, find_job
from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.output.problem_report import has_errors
from cdk_inference_recommender.cost.job_estimate import JobEstimate
from cdk_inference_recommender.cost.price_file import Price, PriceFile, PriceFileError
from cdk_inference_recommender.request import check_request
from inference_recommendations_handler.recommendation.job_results import JobResults

from .price_list import PRICE_LIST_REGION, read_price_list
from .price_options import add_prices, load_prices

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

_PRICE_LIST: Final = "AWS Price List"
_SIMULATED: Final = "/sim"


def add_estimate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "estimate",
        parents=[aws_options(), output_options()],
        help="estimate what a job costs before it runs",
        description=(
            "Estimate the cost of a request's benchmarks: an upper bound for an Advanced job, a range for a Default "
            "one. The prices come from a file that --refresh fills from AWS's Price List API and --from-job from a "
            "finished job. The start of endpoints, storage and data transfer are not included. Exit code: 0; 1 if "
            "something is missing, such as a price, which is then named; 2 if the request or the prices can't be read."
        ),
    )
    document = parser.add_mutually_exclusive_group()
    document.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="the request: YAML in a file that ends in .yaml or .yml, else JSON; - for JSON on standard input",
    )
    add_cli_input(document)
    add_prices(parser)
    parser.add_argument("--refresh", action="store_true", help="read the Region's prices from AWS first")
    parser.add_argument(
        "--from-job", metavar="JOB", type=JobReference.parse, help="take the prices that a finished job returned first"
    )
    parser.set_defaults(run=_run)


def estimate_request(
    document: Mapping[str, Any], arguments: argparse.Namespace, *, region: str | None = None
) -> JobEstimate:
    """Return the estimate of a valid request, from the file of prices.

    Args:
        document: The request.
        arguments: What a parser with `add_prices` has parsed.
        region: Where the job would run; default: its model package's, then the configured one.

    Raises:
        CommandError: The file of prices can't be read.
    """
    place = region or _region(document)
    prices = load_prices(arguments).prices(place) if place else {}
    return JobEstimate.of(document, region=place, prices=prices)


def estimate_sentence(estimate: JobEstimate) -> str:
    """Return an estimate on one line."""
    return f"Estimate: {estimate.in_words()}."


def _run(arguments: argparse.Namespace) -> int:
    named = read_document(arguments)
    if named is None and not arguments.refresh and arguments.from_job is None:
        raise CommandError("There is nothing to estimate. Give a FILE, --refresh or --from-job.")
    if named is not None and has_errors(check_request(named.document)):
        raise CommandError(f"{named.name} is no valid request. Run: inference-recommender validate {named.name}")
    document: Mapping[str, Any] = named.document if named is not None else {}  # type: ignore[assignment]
    _add_prices(arguments, document)
    if named is None:
        return 0
    estimate = estimate_request(document, arguments, region=arguments.region)
    if is_for_person(arguments):
        print(escape_text(estimate_sentence(estimate)))
    else:
        print_document(_document(estimate), arguments)
    return 1 if estimate.missing else 0


def _add_prices(arguments: argparse.Namespace, document: Mapping[str, Any]) -> None:
    file = load_prices(arguments)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    if arguments.refresh:
        region = arguments.region or _region(document)
        if region is None:
            raise CommandError("No AWS Region is configured. Give --region, or set AWS_REGION.")
        published = read_price_list(aws_client("pricing", arguments, region=PRICE_LIST_REGION, fixed=True), region)
        if not published:
            raise CommandError(f"AWS publishes no prices of SageMaker hosting in {region!r}. Check --region.")
        file = _save(file, region, published, today, _PRICE_LIST)
    if arguments.from_job is not None:
        arguments.job = arguments.from_job
        client, job = find_job(arguments)
        _save(file, client.meta.region_name, _charged(job), today, f"job {job.name}")


def _save(file: PriceFile, region: str, prices: Mapping[str, float], today: str, source: str) -> PriceFile:
    more = {name: Price(dollars_per_hour=price, date=today, source=source) for name, price in prices.items()}
    try:
        saved = file.save_with(region, more)
    except PriceFileError as error:
        raise CommandError(f"{error}. Give --prices another path.") from error
    print(escape_text(f"{len(prices)} prices of {region} are in {file.path}"))
    return saved


def _charged(job: RecommendationsJob) -> dict[str, float]:
    """Return the prices that a job returned with its results.

    Raises:
        CommandError: It has none, or the local AWS made them up.
    """
    candidates = JobResults.parse(job.description).candidates
    if any(_SIMULATED in (each.recommendation_id or "") for each in candidates):
        raise CommandError(f"The local AWS made up the prices of {job.name}. Give a job of AWS.")
    prices: dict[str, float] = {}
    for each in candidates:
        if each.instance_type is not None and each.metrics.cost_per_hour is not None:
            prices[each.instance_type] = max(each.metrics.cost_per_hour, prices.get(each.instance_type, 0))
    if not prices:
        raise CommandError(f"{job.name} has no results with a price. Give a job that has completed.")
    return prices


def _region(document: Mapping[str, Any]) -> str | None:
    """Return the Region of the model package, where the job has to run, or the configured one."""
    package = str((document.get("InputConfig") or {}).get("ModelPackageVersionArn") or "").split(":")
    of_package = package[3] if len(package) > 3 else ""  # noqa: PLR2004 -- an ARN's fourth part
    return of_package or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def _document(estimate: JobEstimate) -> dict[str, Any]:
    return {
        "Version": 1,
        "Lowest": estimate.lowest,
        "Highest": estimate.highest,
        "Basis": estimate.basis,
        "PricesOf": estimate.prices_of,
        "Missing": list(estimate.missing),
        "LeftOut": list(estimate.left_out),
    }
