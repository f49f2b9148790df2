"""Devices, memory, signals: what a process runs on."""
