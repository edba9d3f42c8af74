"""A receiver of what the platform sends out: webhooks over HTTP and mail over SMTP, in one real process on loopback."""
