"""VPC and customer keys: the containers run in your private subnets, and their volumes are encrypted with your key.

    cdk deploy --app "python -m examples.vpc_and_keys"

The load test takes about 45 minutes, and costs what its instances cost meanwhile. Endpoint, NAT gateway and key stay,
and cost money until `cdk destroy --app "python -m examples.vpc_and_keys"`; the key is deleted 30 days later.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import acknowledge_network
from examples.model_stack import ModelStack


class VpcAndKeys(ModelStack):
    """A job and an endpoint whose containers run in the same private subnets."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        network = ec2.Vpc(
            self,
            "Network",
            max_azs=2,
            nat_gateways=1,
            # Model and payload are read through the network; this way is free, the NAT gateway isn't.
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            # Its private subnets, and a security group that lets nothing in.
            vpc=network,
            volume_encryption_key=key,
            output_encryption_key=key,
        )
        ir.RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=job.recommend_real_time("Best"),
            vpc=network,
            volume_encryption_key=key,
        )
        acknowledge_network(network)


app = App()
VpcAndKeys(app, "VpcAndKeys")
app.synth()
