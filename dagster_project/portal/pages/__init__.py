"""The pages, one module per noun; each ends with its ROUTES."""
