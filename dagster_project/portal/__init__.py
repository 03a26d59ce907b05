"""The bureau's desk: a web portal and an API to hand in tables, release them, and see what they changed."""
