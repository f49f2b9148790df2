"""Markdown tables, a row at a time as it is measured."""


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
