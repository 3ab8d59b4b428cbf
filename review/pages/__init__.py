"""The console's pages: thin. What they show comes from `review.queries`, what they do goes to `review.actions`."""
