"""What drives a target: methods as data and small functions."""
