"""What demo traffic is made of: clients, the world their visitors live in, and what people say."""
