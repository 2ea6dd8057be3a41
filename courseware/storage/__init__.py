"""Rows on disk: the database, its types, and one file of tables a subject."""
