"""How one value came about: a file for each kind of operation, and one that tells them apart."""
