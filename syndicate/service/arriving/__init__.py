"""How items arrive: pushed and signed, visited, found in folders; and foreign bytes read in a child."""
