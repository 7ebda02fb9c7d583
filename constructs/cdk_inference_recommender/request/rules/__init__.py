"""The rules beyond the service model; `all_rules` has them in their order."""
