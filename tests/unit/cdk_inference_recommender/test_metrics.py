"""What CloudWatch shows of a job."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from aws_cdk import Duration, Fn, Token
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender import IInferenceRecommendationsJob, InferenceRecommendationsJob, ValidationError
from cdk_inference_recommender.job.metrics import MetricOptions

from .synthesis import job_with_given_role, logical_id, new_stack, only, template_of, warnings_of

NAMESPACE = "/aws/sagemaker/InferenceRecommendationsJobs"
NAMED = [
    ("metric_client_latency", "ClientLatency", "Average"),
    ("metric_client_invocations", "ClientInvocations", "Sum"),
    ("metric_client_invocation_errors", "ClientInvocationErrors", "Sum"),
    ("metric_number_of_users", "NumberOfUsers", "Maximum"),
]


def graphed(metric: cloudwatch.IMetric, job: IInferenceRecommendationsJob) -> Any:
    """The metric as a dashboard has it, with the job's name in place of its reference."""
    cloudwatch.Dashboard(job.stack, "Dashboard", widgets=[[cloudwatch.GraphWidget(left=[metric])]])
    body = only(template_of(job.stack), "AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"]
    text = "".join(part if isinstance(part, str) else part["Ref"] for part in body["Fn::Join"][1])
    (widget,) = json.loads(text)["widgets"]
    (found,) = widget["properties"]["metrics"]
    return found


@pytest.mark.parametrize(("method", "name", "statistic"), NAMED)
def test_a_job_s_metric_is_a_search_over_its_endpoints(method: str, name: str, statistic: str) -> None:
    job = job_with_given_role(new_stack())
    assert graphed(getattr(job, method)(), job) == [
        {
            "expression": (
                f'SEARCH(\'{{"{NAMESPACE}",EndpointName,JobName}} '
                f'MetricName="{name}" JobName="{logical_id(job)}"\', \'{statistic}\', 60)'
            ),
            "period": 60,
        }
    ]


def test_statistic_and_period_reach_the_search() -> None:
    job = InferenceRecommendationsJob.from_job_name(new_stack(), "Job", "bert")
    metric = job.metric("ClientLatency", statistic="p95", period=Duration.minutes(5))
    (found,) = graphed(metric, job)
    assert found["expression"].endswith("JobName=\"bert\"', 'p95', 300)")


def test_an_alarm_on_a_search_is_refused_with_the_remedy() -> None:
    job = job_with_given_role(new_stack())
    metric: Any = job.metric_client_latency()
    with pytest.raises(ValidationError, match=r"^Stack/Job: CloudWatch can't alarm on a search.*dashboard_widgets"):
        metric.create_alarm(job.stack, "Alarm", threshold=1, evaluation_periods=1)


def test_one_endpoint_of_the_job_can_be_alarmed_on() -> None:
    job = job_with_given_role(new_stack())
    metric: Any = job.metric_client_latency(endpoint_name="bert")
    metric.create_alarm(job.stack, "Alarm", threshold=1, evaluation_periods=1)
    assert only(template_of(job.stack), "AWS::CloudWatch::Alarm")["Properties"]["MetricName"] == "ClientLatency"


def test_widgets_show_every_metric_of_the_job() -> None:
    job = job_with_given_role(new_stack())
    cloudwatch.Dashboard(job.stack, "Dashboard").add_widgets(*job.dashboard_widgets())
    body = str(only(template_of(job.stack), "AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"])
    for _, name, statistic in NAMED:
        assert name in body
        assert statistic in body
    assert body.count("SEARCH(") == len(NAMED)


def test_no_alarm_can_watch_a_search() -> None:
    job = job_with_given_role(new_stack())
    with pytest.raises(RuntimeError, match="Search expressions are not supported in CloudWatch Alarms"):
        cloudwatch.Alarm(job.stack, "Alarm", metric=job.metric_client_latency(), threshold=1, evaluation_periods=1)


@pytest.mark.parametrize(("method", "name", "statistic"), NAMED)
def test_an_alarm_can_watch_one_endpoint(method: str, name: str, statistic: str) -> None:
    job = job_with_given_role(new_stack())
    metric = getattr(job, method)(endpoint_name="bert-1")
    cloudwatch.Alarm(job.stack, "Alarm", metric=metric, threshold=1, evaluation_periods=1)
    alarm = only(template_of(job.stack), "AWS::CloudWatch::Alarm")["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == (
        NAMESPACE,
        name,
        statistic,
        60,
    )
    assert alarm["Dimensions"] == [
        {"Name": "EndpointName", "Value": "bert-1"},
        {"Name": "JobName", "Value": {"Ref": logical_id(job)}},
    ]


def test_a_metric_that_no_job_has_is_warned_of() -> None:
    job = job_with_given_role(new_stack())
    job.metric("ClientLatencies")
    (warning,) = warnings_of(job.stack)
    assert warning.startswith(
        "metric_name = 'ClientLatencies': isn't a metric that is documented for a job, and may stay empty. Did you "
        "mean ClientLatency? (MetricUnknown; "
    )


def test_a_statistic_that_cloudwatch_lacks_is_refused() -> None:
    job = job_with_given_role(new_stack())
    job.metric_client_latency(statistic="Averge")
    job.metric_client_invocations(statistic="most")
    with pytest.raises(RuntimeError) as failure:
        template_of(job.stack)
    reported = str(failure.value)
    assert (
        "[Stack/Job] statistic = 'Averge': isn't a statistic of CloudWatch. Did you mean Average? (Metric" in reported
    )
    assert "[Stack/Job] statistic = 'most': isn't a statistic of CloudWatch. Choose Average, Sum, " in reported


def test_a_statistic_that_is_wrong_twice_is_reported_once_for_each_job() -> None:
    stack = new_stack()
    for name in ("One", "Other"):
        job = job_with_given_role(stack, name)
        job.metric_client_latency(statistic="most")
        job.metric_client_invocations(statistic="most")
    with pytest.raises(RuntimeError) as failure:
        template_of(stack)
    reported = str(failure.value)
    assert [reported.count(f"[Stack/{name}] statistic = 'most'") for name in ("One", "Other")] == [1, 1]


@pytest.mark.parametrize("statistic", ["p95", "p99.9", "IQM", "tm90", "TM(10%:90%)", "PR(:300)", "SampleCount", "p100"])
def test_cloudwatchs_statistics_are_taken(statistic: str) -> None:
    job = job_with_given_role(new_stack())
    (found,) = graphed(job.metric("ClientLatency", statistic=statistic), job)
    assert f"', '{statistic}', 60)" in found["expression"]


def test_what_the_cdk_calls_a_statistic_is_named_as_in_a_search() -> None:
    job = job_with_given_role(new_stack())
    (found,) = graphed(job.metric("ClientLatency", statistic="avg"), job)
    assert "', 'Average', 60)" in found["expression"]


def test_a_metric_may_be_known_at_deploy_time() -> None:
    job = job_with_given_role(new_stack())
    job.metric(Token.as_string(Fn.ref("Metric")), statistic=Token.as_string(Fn.ref("Statistic")))
    assert warnings_of(job.stack) == []


def test_a_metric_of_an_endpoint_takes_every_option() -> None:
    job = job_with_given_role(new_stack())
    metric = job.metric_client_latency(
        endpoint_name="bert",
        account="210987654321",
        color="#00ff00",
        dimensions_map={"Stage": "test"},
        id="latency",
        label="Latency",
        period=Duration.minutes(10),
        region="us-east-1",
        statistic="p95",
        unit=cloudwatch.Unit.MILLISECONDS,
        visible=False,
    )
    assert graphed(metric, job) == [
        NAMESPACE,
        "ClientLatency",
        "EndpointName",
        "bert",
        "JobName",
        logical_id(job),
        "Stage",
        "test",
        {
            "label": "Latency",
            "color": "#00ff00",
            "id": "latency",
            "visible": False,
            "period": 600,
            "stat": "p95",
            "region": "us-east-1",
            "accountId": "210987654321",
        },
    ]


def test_a_search_takes_what_searches_have() -> None:
    job = job_with_given_role(new_stack())
    (found,) = graphed(job.metric_client_invocations(color="#00ff00", label="Sent", region="us-east-1"), job)
    assert {name: found[name] for name in ("color", "label", "region")} == {
        "color": "#00ff00",
        "label": "Sent",
        "region": "us-east-1",
    }


@pytest.mark.parametrize(
    "option",
    [
        {"dimensions_map": {"Stage": "test"}},
        {"id": "latency"},
        {"unit": cloudwatch.Unit.COUNT},
        {"visible": False},
        {"stack_region": "us-east-1"},
        {"stack_account": "210987654321"},
    ],
    ids=lambda option: next(iter(option)),
)
def test_a_search_rejects_what_it_would_drop(option: Any) -> None:
    job = job_with_given_role(new_stack())
    with pytest.raises(ValidationError, match=rf"^Stack/Job: {next(iter(option))} given, which a search over"):
        job.metric_client_latency(**option)
    job.metric_client_latency(endpoint_name="bert", **option)


@pytest.mark.parametrize(("method", "name", "statistic"), NAMED)
def test_every_metric_takes_another_statistic(method: str, name: str, statistic: str) -> None:
    job = job_with_given_role(new_stack())
    config = getattr(job, method)(endpoint_name="bert", statistic="p50").to_metric_config().metric_stat
    assert (config.metric_name, config.statistic) == (name, "p50")
    assert statistic != "p50"


def test_the_options_are_the_cdk_s() -> None:
    assert MetricOptions.__optional_keys__ == set(inspect.signature(cloudwatch.MetricOptions).parameters)
