"""What the routes of signed-in people share: who asks, what they send, and what is refused."""
