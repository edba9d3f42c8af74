-- Webhooks: endpoints, deliveries, attempts.
SELECT 1;
