"""Who may call what: roles, policies, quotas, and the resources of calls."""
