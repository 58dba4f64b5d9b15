"""Tickets: what people report to Rose, kept here first and sent to Linear."""
