"""Families of exchanges; each module says what it teaches."""
