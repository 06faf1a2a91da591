"""How Python types and values become the backend's: literal types, literals, schemas, and back."""
