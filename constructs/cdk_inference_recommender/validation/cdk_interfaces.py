"""Types of props that take the CDK's own constructs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aws_cdk import aws_ec2 as ec2

from .prop_types import Interface, PropType

FLAG: Final = PropType(of=bool, example="True or False", is_required=True)
INPUT_BUCKETS: Final = PropType(
    # Repositories have grant_read, too.
    interface=Interface(name="IBucket", has=("grant_read", "bucket_arn")),
    example='[bucket], with bucket = s3.Bucket.from_bucket_name(self, "Bucket", "my-bucket")',
    is_list=True,
    is_required=True,
)
BUCKET: Final = replace(
    INPUT_BUCKETS,
    is_list=False,
    is_required=False,
    example='s3.Bucket.from_bucket_name(self, "Bucket", "my-bucket")',
)
IMAGE_REPOSITORIES: Final = PropType(
    # Repositories of CodeCommit have grant_pull, too.
    interface=Interface(name="IRepository of ECR", has=("grant_pull", "repository_uri")),
    example='[repository], with repository = ecr.Repository.from_repository_name(self, "Images", "bert")',
    is_list=True,
    is_required=True,
)
ROLE: Final = PropType(
    interface=Interface(name="IRole", has=("role_arn",)),
    example='iam.Role.from_role_arn(self, "Role", "arn:...")',
)
KEY: Final = PropType(
    interface=Interface(name="IKeyRef", has=("key_ref",)),
    example='a kms.Key, or kms.Key.from_key_arn(self, "Key", "arn:...")',
)
VPC: Final = PropType(
    interface=Interface(name="IVpc", has=("select_subnets",)),
    example='ec2.Vpc.from_lookup(self, "Vpc", vpc_id="vpc-...")',
)
VPC_SUBNETS: Final = PropType(
    of=ec2.SubnetSelection, example="ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)"
)
SECURITY_GROUPS: Final = PropType(
    interface=Interface(name="ISecurityGroup", has=("security_group_id",)),
    example='[ec2.SecurityGroup.from_security_group_id(self, "SecurityGroup", "sg-...")]',
    is_list=True,
)
TAGS: Final = PropType(of=str, example='{"team": "search"}', is_mapping=True)
MODEL_PACKAGE: Final = PropType(
    of=str,
    interface=Interface(name="IModelPackageRef", has=("model_package_ref",)),
    example="the ARN of a version of a model package, or a construct such as CfnModelPackage",
    is_required=True,
)
MODEL: Final = PropType(
    of=str,
    interface=Interface(name="IModelRef", has=("model_ref",)),
    example="the name of a model, or a construct such as CfnModel",
    is_required=True,
)
ENDPOINT: Final = PropType(
    of=str,
    interface=Interface(name="IEndpointRef", has=("endpoint_ref",)),
    example="the name of an endpoint, or a construct such as CfnEndpoint",
)
ALARMS: Final = PropType(
    of=str,
    interface=Interface(name="IAlarmRef", has=("alarm_ref",)),
    example="[alarm], with an alarm of CloudWatch or its name",
    is_list=True,
    is_required=True,
)
TOPIC: Final = PropType(
    interface=Interface(name="ITopic", has=("topic_arn", "grant_publish")),
    example='sns.Topic.from_topic_arn(self, "Topic", "arn:...")',
)
