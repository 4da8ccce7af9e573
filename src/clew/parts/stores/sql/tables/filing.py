"""Jobs that leave in a transaction, reports, their filings and receipts."""
