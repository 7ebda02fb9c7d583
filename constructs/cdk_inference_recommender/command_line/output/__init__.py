"""What commands print: tables, JSON, problems, and progress."""
