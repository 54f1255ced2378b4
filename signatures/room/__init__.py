"""The sign-on room: who is invited under embargo, how they answer, and what the desk sees of it."""
