"""What leaves the notebook: pictures and pages."""
