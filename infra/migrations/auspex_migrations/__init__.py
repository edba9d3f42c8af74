"""Migrations of the whole database, run by `migrate_database` at deploy and by `make up`."""
