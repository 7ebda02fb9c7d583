"""CloudFormation with what deployments depend on: dependencies, rollback, cleanup and custom resources."""
