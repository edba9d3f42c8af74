-- name: read_index_version
SELECT n, sum_dl FROM filings.corpus WHERE id = 1
