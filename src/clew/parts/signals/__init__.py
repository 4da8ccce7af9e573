"""The signals: what a file is recognised by, one type a file; digests of its bytes and hashes of its pixels."""
