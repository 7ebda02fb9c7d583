"""CloudFormation's events and responses, names on the wire, and the log."""
