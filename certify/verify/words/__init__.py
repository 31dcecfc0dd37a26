"""The words and numbers of page one, check by check."""
