"""The job: its construct, what it renders, its wait stages, and its two entrances, props and CLI document."""
