"""What the tests of matching share."""

import logging

import pytest


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What is logged, also after a service of an earlier test has taken the log of this process for itself."""
    logger = logging.getLogger("clew")
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "level", logging.WARNING)
    return caplog
