"""From texts to vectors: encoders, model folders, stored document vectors."""
