"""AWS clients, their time budget, and their errors."""
