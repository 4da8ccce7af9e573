"""Recipients with their dates of validity, and referrals."""
