"""What is known of a number without asking anybody."""
