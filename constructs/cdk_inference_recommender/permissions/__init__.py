"""Every role and policy statement."""
