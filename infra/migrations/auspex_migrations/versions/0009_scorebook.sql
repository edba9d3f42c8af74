-- Scorebook: predictions, outcomes, scores, never edited.
SELECT 1;
