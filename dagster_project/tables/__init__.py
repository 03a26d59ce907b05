"""From a file's bytes to tidy observations: formats, grids, headers, and the catalogue's names for them."""
