"""What travels between kernel and browser: numpy only."""
