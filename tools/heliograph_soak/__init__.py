"""A soak: changes without a pause, SIGKILLs without mercy, and the proof that nothing was lost."""
