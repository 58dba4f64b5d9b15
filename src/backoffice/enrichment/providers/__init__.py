"""Each way to tell whose visitor this is, behind one interface."""
