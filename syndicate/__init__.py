"""syndicate: wire items in, gated feeds out."""
