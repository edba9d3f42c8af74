-- The gateway to LLM providers: lease, states, audit chain.
SELECT 1;
