"""Reads files of others within limits; writes files atomically; prints for people."""
