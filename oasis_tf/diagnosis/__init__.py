"""What `doctor` looks at: versions, devices, optional packages, files."""
