"""The SQL of the auth protocol; every statement runs as `supabase_auth_admin`."""
