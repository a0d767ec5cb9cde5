"""From outcomes to intervals, claims and a verdict."""
