"""A made-up company's site with the widget in it, and the agent that answers there."""
