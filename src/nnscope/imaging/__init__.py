"""Pictures from numbers: numpy and Pillow only, no torch, no notebook."""
