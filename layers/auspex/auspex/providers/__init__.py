"""The gateway to LLM providers: one active provider for the whole deployment, leased, fenced by an epoch, audited."""
