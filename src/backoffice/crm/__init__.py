"""HubSpot: who and what the agent talked about goes there; owner, stages and deals come back."""
