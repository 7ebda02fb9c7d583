"""Interface that all kinds of jobs implement, and what they have in common."""
