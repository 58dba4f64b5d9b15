"""The query string's grammar: `select=`, filters, logic trees and `order=`, as PostgREST defines them."""
