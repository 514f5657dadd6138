"""What is kept and what is let go: backups and what outlives them, retention, the purge."""
