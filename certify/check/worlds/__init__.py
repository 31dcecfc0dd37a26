"""Invented facts: worlds of people who exist nowhere, questions about them, and what a shortcut gets right."""
