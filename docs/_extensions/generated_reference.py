"""Directives that write the reference: `config-keys` and `command-line`."""

from reference_text import commands_in_markdown, keys_in_markdown
from sphinx.util.docutils import SphinxDirective


class Generated(SphinxDirective):
    """Parses the Markdown that a function writes."""

    write = None

    def run(self):
        return self.parse_text_to_nodes(type(self).write(), allow_section_headings=True)


def setup(app):
    for name, write in (("config-keys", keys_in_markdown), ("command-line", commands_in_markdown)):
        app.add_directive(name, type(name, (Generated,), {"write": staticmethod(write)}))
    return {"parallel_read_safe": True}
