"""Arithmetic on plain tensors; no modules."""
