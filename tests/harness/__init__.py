"""The deterministic harness: the templates' functions, queues and schedules in one process on a virtual clock."""
