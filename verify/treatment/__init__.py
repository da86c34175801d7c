"""Doses and days: what courses and schedules come to, by exact arithmetic."""
