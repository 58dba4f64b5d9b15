"""Who signs in: inviting, changing, disabling and deleting people, and viewing as one of them."""
