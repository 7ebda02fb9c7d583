"""Alarms and dashboards."""

from __future__ import annotations

from typing import Final

from .api_resource import ApiCall, ApiResource, Parameters


def _alarm(properties: Parameters, name: str) -> Parameters:
    return {**properties, "AlarmName": name}


def _dashboard(properties: Parameters, name: str) -> Parameters:
    return {"DashboardName": name, "DashboardBody": properties["DashboardBody"]}


MONITORING_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::CloudWatch::Alarm": ApiResource(
        service="cloudwatch",
        create=(ApiCall(operation="PutMetricAlarm", parameters=_alarm),),
        update=(ApiCall(operation="PutMetricAlarm", parameters=_alarm),),
        delete=(ApiCall(operation="DeleteAlarms", parameters=lambda _, name: {"AlarmNames": [name]}),),
        arn="arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}",
        name_property="AlarmName",
        max_name_length=255,
    ),
    "AWS::CloudWatch::Dashboard": ApiResource(
        service="cloudwatch",
        create=(ApiCall(operation="PutDashboard", parameters=_dashboard),),
        update=(ApiCall(operation="PutDashboard", parameters=_dashboard),),
        delete=(ApiCall(operation="DeleteDashboards", parameters=lambda _, name: {"DashboardNames": [name]}),),
        name_property="DashboardName",
        max_name_length=255,
    ),
}
