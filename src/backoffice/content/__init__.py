"""What clients say and show on their websites: AI Sections, configuration, and its delivery."""
