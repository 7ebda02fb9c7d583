"""Choice among the results of a job."""
