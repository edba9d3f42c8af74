"""What the architecture promises, checked against every file of the checkout."""
