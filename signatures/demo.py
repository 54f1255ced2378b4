DEMO_EMAIL = "demo@example.org"
DEMO_PASSWORD = "keep-it-on-2024"
