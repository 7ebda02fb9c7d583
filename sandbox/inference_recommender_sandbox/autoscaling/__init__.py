"""Application Auto Scaling: moto's, made as strict as AWS's with endpoint variants."""
