"""What provisions each type of resource."""
