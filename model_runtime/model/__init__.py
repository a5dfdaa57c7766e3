"""The networks: encoder, key-motion decoder, completion, and the model that joins them."""
