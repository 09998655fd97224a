"""What an analyst sees and does."""
