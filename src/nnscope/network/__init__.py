"""Reads an ``nn.Module`` and leaves it as found."""
