"""How tests speak to a scope as the browser does, and wait for it."""

import threading


def settled(scope):
    """Wait until all that was submitted before is done."""
    scope._worker.submit(lambda: None).result(30)


def message(scope, content, buffers=()):
    data = {"data": {"method": "custom", "content": content}}
    scope._handle_msg({"content": data, "buffers": list(buffers)})


def update(scope, **state):
    scope._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})


class Held:
    """The model's worker stands still while this is open."""

    def __init__(self, scope):
        self.event, begun = threading.Event(), threading.Event()
        scope._worker.submit(lambda: (begun.set(), self.event.wait(30)))
        assert begun.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.event.set()
