-- Notifications: preferences, channels, digests.
SELECT 1;
