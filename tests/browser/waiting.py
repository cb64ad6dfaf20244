"""Waiting for what a page does out of sight."""

from __future__ import annotations

from playwright.sync_api import Page


def until(page: Page, condition: str) -> None:
    """Wait up to ten seconds until this expression of JavaScript, which may await, is true.

    `wait_for_function` does not: given a function that is async, it takes the promise for a yes.
    """
    came = page.evaluate(f"""async () => {{
      for (let tries = 0; tries < 100; tries++) {{
        if ({condition}) return true;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }}
      return false;
    }}""")
    assert came, condition
