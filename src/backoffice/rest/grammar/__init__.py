"""The query string's grammar: `select=`, filters, logic trees and `order=`, as in PostgREST."""
