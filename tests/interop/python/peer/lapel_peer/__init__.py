"""A second implementation of the Lapel exchange, version 1, written from PROTOCOL.md alone."""
