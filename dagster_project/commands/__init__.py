"""The commands of `xushi`, one module for each area; `cli.py` puts them together."""
