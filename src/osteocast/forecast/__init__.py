"""Forecasts: what one person's bones do under several strategies, why, and how far studies carry that."""
