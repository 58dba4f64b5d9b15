"""Lists as files: exactly the rows that a page's filter finds, as whoever asks for them."""
