"""What "correct" means: the catalogue, periods, units, and the rules that figures must keep. Pure."""
