"""The panel in the notebook: the only package that knows Jupyter widgets."""
