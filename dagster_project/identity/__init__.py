"""Who may do what: users, roles, sessions, tokens, and the audit log of what was done."""
