"""The local stack: which programs make up a whole installation, their configuration, and keeping them running together.

Belongs here: components, addresses, generated configuration, starting, watching and stopping. Does not belong here:
what the programs compute or show; alert rules, routes and dashboards are handed in as text by the command.
"""
