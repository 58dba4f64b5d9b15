"""Supabase Auth's protocol: passwords, sessions and the tokens that prove them."""
