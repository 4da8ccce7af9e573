"""Reports as they were taken in: senders, what came, what it mentions, what was asked."""
