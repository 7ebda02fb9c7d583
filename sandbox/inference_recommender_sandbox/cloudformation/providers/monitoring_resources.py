"""Alarms and subscriptions."""

from __future__ import annotations

from typing import Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiCall, ApiResource, Parameters, same


def _alarm(properties: Parameters, name: str) -> Parameters:
    return {**properties, "AlarmName": name}


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
    "AWS::SNS::Subscription": ApiResource(
        service="sns",
        create=(ApiCall(operation="Subscribe", parameters=lambda p, _: same(p, "TopicArn", "Protocol", "Endpoint")),),
        delete=(ApiCall(operation="Unsubscribe", parameters=lambda _, arn: {"SubscriptionArn": arn}),),
        physical_id=lambda _properties, _name, answer: answer["SubscriptionArn"],
    ),
}
