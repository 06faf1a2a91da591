"""The checks behind the rules, grouped by what they look at; each yields findings and knows no other."""
