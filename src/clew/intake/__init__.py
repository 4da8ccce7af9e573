"""The stage that turns files and uploads into signals: found, opened, handed to a confined worker, hashed."""
